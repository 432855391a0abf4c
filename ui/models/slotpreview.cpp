// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/slotpreview.h"

#include "core/codec/flatbuffers/flatschema.h"
#include "core/pmap/flatfolders.h"
#include "core/value/valuetext.h"

#include <QCoreApplication>
#include <QtConcurrentRun>

#include <algorithm>

namespace slotscope::ui {

namespace {

constexpr std::chrono::milliseconds Delay(120);
/// So many values tell which root tables are possible.
constexpr size_t RootValues = 30;
constexpr int TextLimit = 400;

QString tr(const char *text)
{
    return QCoreApplication::translate("SlotPreview", text);
}

QString errorText(const core::DecodeError &error)
{
    return tr("%1 (at byte %2)").arg(error.what).arg(error.offset);
}

SlotPreviewResult::Row rowOf(const core::SlotCodec &codec, const core::Sample &sample)
{
    SlotPreviewResult::Row row {.key = sample.key};
    if (const auto parts = codec.decodeKey(sample.key)) {
        QStringList texts;
        for (const core::Value &part : *parts)
            texts += core::displayText(part, TextLimit);
        row.keyText = texts.join(QLatin1String(", "));
    } else {
        row.keyFailed = true;
        row.keyText = errorText(parts.error());
    }
    if (const auto value = codec.decodeValue(sample.value)) {
        row.valueText = core::displayText(*value, TextLimit);
    } else {
        row.valueFailed = true;
        row.valueText = errorText(value.error());
    }
    return row;
}

std::vector<SlotPreviewResult::Root> rootsOf(const core::FlatSchema::Pointer &schema,
                                             const std::vector<core::Sample> &samples, core::SlotType type,
                                             const QString &className, int *tried)
{
    const size_t count = std::min(RootValues, samples.size());
    *tried = int(count);
    std::vector<SlotPreviewResult::Root> roots;
    for (const QString &name : schema->tableNames()) {
        type.flatBuffers.schema = schema;
        type.flatBuffers.root = name;
        const core::SlotCodec codec(type, 0);
        SlotPreviewResult::Root root {.name = name, .fitsName = core::fitsClassName(name, className)};
        for (size_t i = 0; i < count; ++i)
            root.verified += codec.decodeValue(samples[i * samples.size() / count].value).hasValue();
        roots.push_back(std::move(root));
    }
    std::stable_sort(roots.begin(), roots.end(), [&](const auto &a, const auto &b) {
        if (a.verified != b.verified)
            return a.verified > b.verified;
        if (a.fitsName != b.fitsName)
            return a.fitsName;
        return a.name == schema->rootTable() && b.name != schema->rootTable();
    });
    return roots;
}

} // namespace

SlotPreview::SlotPreview(QObject *parent)
    : QObject(parent)
{
    m_delay.setSingleShot(true);
    m_delay.setInterval(Delay);
    connect(&m_delay, &QTimer::timeout, this, &SlotPreview::start);
    connect(&m_worker, &QFutureWatcherBase::finished, this, [this] {
        m_running = false;
        const SlotPreviewResult result = m_worker.result();
        // The choice went on meanwhile: that is what is to be seen.
        if (m_wanted)
            m_delay.start();
        else
            Q_EMIT ready(result);
    });
}

SlotPreview::~SlotPreview() = default;

void SlotPreview::setSamples(std::vector<core::Sample> samples)
{
    m_samples = std::make_shared<const std::vector<core::Sample>>(std::move(samples));
    if (m_wanted)
        m_delay.start();
}

void SlotPreview::show(const core::SlotType &type, const QString &schemaPath,
                       const QStringList &includeFolders, const QString &className)
{
    m_job = {type, schemaPath, includeFolders, className};
    m_wanted = true;
    m_delay.start();
}

void SlotPreview::start()
{
    if (m_running || !m_wanted || !m_samples)
        return;
    m_wanted = false;
    m_running = true;
    m_worker.setFuture(QtConcurrent::run(&SlotPreview::decode, m_samples, m_job));
}

SlotPreviewResult SlotPreview::decode(const Samples &samples, Job job)
{
    SlotPreviewResult result;
    if (job.type.value == core::ValueType::FlatBuffers) {
        core::FlatBuffersType &flat = job.type.flatBuffers;
        if (!flat.schema && !job.schemaPath.isEmpty()) {
            if (const auto schema = core::FlatSchema::load(job.schemaPath, job.includeFolders))
                flat.schema = *schema;
            else
                result.schemaProblem = schema.error().text();
        }
        if (flat.schema)
            result.roots = rootsOf(flat.schema, *samples, job.type, job.className, &result.rootsTried);
    }
    const core::SlotCodec codec(job.type, 0);
    result.records = int(samples->size());
    for (const core::Sample &sample : *samples) {
        const auto key = codec.decodeKey(sample.key);
        const auto value = codec.decodeValue(sample.value);
        if (key && value) {
            ++result.fitting;
        } else if (result.misfits.size() < core::Inference::MostMisfits) {
            result.misfits.push_back({sample.key,
                                      key ? tr("value: %1").arg(errorText(value.error()))
                                          : tr("key: %1").arg(errorText(key.error()))});
        }
    }
    const size_t rows = std::min(size_t(Rows), samples->size());
    for (size_t i = 0; i < rows; ++i)
        result.rows.push_back(rowOf(codec, (*samples)[i * samples->size() / rows]));
    return result;
}

} // namespace slotscope::ui
