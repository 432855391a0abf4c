// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/infercommand.h"

#include "core/table/recordjson.h"

namespace slotscope::app {

namespace {

using core::ByteOrder;
using core::Inference;
using core::KeyReading;
using core::Misfit;
using core::SlotInfo;
using core::SlotKind;
using core::ValueReading;

QByteArray number(double confidence)
{
    return QByteArray::number(confidence, 'g', 3);
}

QString orderName(ByteOrder order)
{
    return order == ByteOrder::LittleEndian ? QStringLiteral("little") : QStringLiteral("big");
}

QByteArray keyJson(const KeyReading &reading)
{
    core::JsonLine line;
    line.add("type", reading.type.name());
    line.add("byteOrder", orderName(reading.type.timestampOrder()));
    line.add("confidence", number(reading.confidence));
    line.add("evidence", reading.evidence);
    return line.line();
}

QByteArray valueJson(const ValueReading &reading)
{
    core::JsonLine line;
    line.add("type", core::valueTypeName(reading.type));
    line.add("compression", core::compressionName(reading.compression));
    line.add("byteOrder", orderName(reading.order));
    line.addTextOrNull("schema", reading.flatBuffers.schemaFile);
    line.addTextOrNull("root", reading.flatBuffers.root);
    line.add("confidence", number(reading.confidence));
    line.add("evidence", reading.evidence);
    return line.line();
}

template <typename List, typename ToJson>
QByteArray listJson(const List &list, const ToJson &toJson)
{
    QByteArrayList items;
    for (const auto &item : list)
        items += toJson(item);
    return '[' + items.join(',') + ']';
}

QByteArray etcdKey(const SlotInfo &info, const Misfit &misfit)
{
    return core::KeyRange::slot(info.slot).begin + misfit.key;
}

QString percent(double confidence)
{
    return QStringLiteral("%1 %").arg(qRound(confidence * 100));
}

QString title(const KeyReading &reading)
{
    return reading.type.name();
}

QString title(const ValueReading &reading)
{
    QString name = core::valueTypeName(reading.type);
    if (!reading.flatBuffers.root.isEmpty())
        name += QStringLiteral(" of ") + reading.flatBuffers.root;
    if (reading.compression != core::Compression::None)
        name += QStringLiteral(", ") + core::compressionName(reading.compression);
    return name;
}

} // namespace

QString InferCommand::description() const
{
    return QStringLiteral(
        "Says what the records of slots tell of their types: of the given slots, or of all. Up to 1,000 "
        "records of each are looked at, spread over the slot. What else they might be is shown with how "
        "likely "
        "it is, and the records that do not fit are listed.");
}

QString InferCommand::takeArguments(const QCommandLineParser &parser)
{
    m_slotTexts = parser.positionalArguments();
    return {};
}

void InferCommand::begin()
{
    std::vector<core::Slot> numbers;
    for (const QString &text : std::as_const(m_slotTexts)) {
        const auto slot = directory()->resolve(text);
        if (!slot || !directory()->find(*slot)) {
            failWithoutTable(text, slot);
            return;
        }
        numbers.push_back(*slot);
    }
    whenSampled(numbers,
                [this, numbers] { printAll(numbers.empty() ? directory()->slotNumbers() : numbers); });
}

void InferCommand::printAll(const std::vector<core::Slot> &numbers)
{
    for (const core::Slot slot : numbers) {
        const SlotInfo *info = directory()->find(slot);
        // The types of the catalogue and of ordinary keys are known.
        const bool known = info && (info->kind == SlotKind::Catalogue || info->kind == SlotKind::PlainKeys);
        if (!info || (known && m_slotTexts.isEmpty()))
            continue;
        if (!(isJson() ? printJson(*info) : printText(*info)))
            return;
    }
    finish();
}

bool InferCommand::printJson(const SlotInfo &info)
{
    const core::CatalogueEntry entry = info.entry.value_or(core::CatalogueEntry {});
    const Inference found = info.inference ? *info.inference : Inference();
    const core::SlotType type = info.inference ? found.type() : info.type;
    core::JsonLine line;
    line.add("slot", static_cast<qint64>(info.slot.value));
    line.addTextOrNull("oid", entry.oid);
    line.addTextOrNull("name", entry.name);
    line.add("records", info.records);
    line.add("sampled", static_cast<qint64>(found.samples));
    line.add("keyType", type.key.name());
    line.add("valueType", core::valueTypeName(type.value));
    line.add("compression", core::compressionName(type.compression));
    line.add("source", core::typeSourceName(type.source));
    line.add("confidence", number(type.confidence));
    line.add("ambiguous", QByteArray(found.isAmbiguous() ? "true" : "false"));
    line.add("evidence", type.evidence);
    line.add("keys", listJson(found.keys, keyJson));
    line.add("values", listJson(found.values, valueJson));
    line.add("problemCount", static_cast<qint64>(found.misfitCount));
    line.add("problems", listJson(found.misfits, [&info](const Misfit &misfit) {
                 core::JsonLine problem;
                 problem.add("keyHex", QString::fromLatin1(etcdKey(info, misfit).toHex()));
                 problem.add("problem", misfit.what);
                 return problem.line();
             }));
    return print(line.line());
}

bool InferCommand::printText(const SlotInfo &info)
{
    const QString heading = QStringLiteral("%1 (slot %2): ").arg(info.title()).arg(info.slot.value);
    if (!info.inference)
        return print(heading
                     + (info.records == 0 ? tr("no records") : core::typeSourceName(info.type.source)));
    const Inference &found = *info.inference;
    bool open = print(heading
                      + tr("%1 of %2 records looked at%3")
                            .arg(found.samples)
                            .arg(info.records)
                            .arg(found.isAmbiguous() ? tr(", ambiguous") : QString()));
    const auto show = [this, &open](const QString &what, const auto &readings) {
        for (size_t i = 0; open && i < readings.size(); ++i) {
            open = print(QStringLiteral("  %1 %2  %3  %4")
                             .arg(i ? tr("or") : what, -5)
                             .arg(percent(readings[i].confidence), 5)
                             .arg(title(readings[i]), -22)
                             .arg(readings[i].evidence));
        }
    };
    show(tr("key"), found.keys);
    show(tr("value"), found.values);
    if (open && found.misfitCount > 0)
        open = print(tr("  %1 of them do not fit:").arg(found.misfitCount));
    for (size_t i = 0; open && i < found.misfits.size(); ++i)
        open = print(
            QStringLiteral("    %1  %2")
                .arg(QString::fromLatin1(etcdKey(info, found.misfits[i]).toHex()), found.misfits[i].what));
    return open;
}

} // namespace slotscope::app
