// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/draft.h"

#include "core/edit/changejson.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>
#include <zlib.h>

namespace slotscope::core {

namespace {

constexpr int FormatVersion = 1;
constexpr qsizetype ChecksumDigits = 8;

const QLatin1String TimeMember("at");
const QLatin1String DropMember("drop");
const QLatin1String SetMember("set");
const QLatin1String GuardsMember("guards");
const QLatin1String SentMember("sent");
const QLatin1String SentChangesMember("sentChanges");

QByteArray checksum(QByteArrayView text)
{
    // Not for enemies, but for disks and editors.
    const auto sum = crc32_z(0, reinterpret_cast<const Bytef *>(text.data()), size_t(text.size()));
    return QByteArray::number(qulonglong(sum), 16).rightJustified(ChecksumDigits, '0');
}

QByteArray line(const QJsonObject &object)
{
    const QByteArray json = QJsonDocument(object).toJson(QJsonDocument::Compact);
    return checksum(json) + ' ' + json + '\n';
}

std::optional<QJsonObject> readLine(QByteArrayView text)
{
    if (text.size() <= ChecksumDigits || text[ChecksumDigits] != ' ')
        return std::nullopt;
    const QByteArrayView json = text.sliced(ChecksumDigits + 1);
    if (text.first(ChecksumDigits) != checksum(json))
        return std::nullopt;
    const QJsonDocument document = QJsonDocument::fromJson(QByteArray::fromRawData(json.data(), json.size()));
    return document.isObject() ? std::optional(document.object()) : std::nullopt;
}

QJsonValue timeJson(const QDateTime &time)
{
    return time.toUTC().toString(Qt::ISODateWithMs);
}

QDateTime timeFrom(const QJsonValue &json)
{
    return QDateTime::fromString(json.toString(), Qt::ISODateWithMs);
}

template <typename T>
QJsonArray arrayOf(const std::vector<T> &items)
{
    QJsonArray array;
    for (const T &item : items)
        array.append(toJson(item));
    return array;
}

// False: one of them is not what it should be.
template <typename T, typename Read>
bool readArray(const QJsonValue &json, Read read, std::vector<T> *items)
{
    const QJsonArray array = json.toArray();
    items->reserve(size_t(array.size()));
    for (const auto &entry : array) {
        std::optional<T> item = read(entry);
        if (!item)
            return false;
        items->push_back(std::move(*item));
    }
    return true;
}

std::optional<DraftStep> stepFromJson(const QJsonObject &object)
{
    DraftStep step;
    step.at = timeFrom(object.value(TimeMember));
    if (!readArray(object.value(DropMember), bytesFromBase64, &step.drop)
        || !readArray(object.value(SetMember), changeFromJson, &step.set))
        return std::nullopt;
    if (object.contains(GuardsMember)
        && !readArray(object.value(GuardsMember), guardFromJson, &step.guards.emplace()))
        return std::nullopt;
    if (object.contains(SentMember))
        step.sent = object.value(SentMember).toBool();
    if (object.contains(SentChangesMember)
        && !readArray(object.value(SentChangesMember), changeFromJson, &step.sentChanges.emplace()))
        return std::nullopt;
    return step;
}

qint64 weightOf(const KeyState &state)
{
    return state.value.size();
}

/// What a commit takes of it.
std::vector<Change> committedOf(std::vector<Change> staged)
{
    std::erase_if(staged, [](const Change &change) { return change.leftOut; });
    return staged;
}

} // namespace

qint64 DraftStep::weight() const
{
    constexpr qint64 Around = 200; // names and punctuation
    qint64 bytes = Around;
    for (const QByteArray &key : drop)
        bytes += key.size() + 4;
    const auto weigh = [&](const Change &change) {
        bytes += Around + change.key.size() + change.value.size() + weightOf(change.base);
        if (change.conflict)
            bytes += weightOf(*change.conflict);
    };
    std::for_each(set.cbegin(), set.cend(), weigh);
    if (sentChanges)
        std::for_each(sentChanges->cbegin(), sentChanges->cend(), weigh);
    if (guards) {
        for (const Guard &guard : *guards)
            bytes += Around + guard.key.size() + weightOf(guard.seen);
    }
    return bytes * 4 / 3;
}

void DraftState::apply(const DraftStep &step)
{
    for (const QByteArray &key : step.drop) {
        const auto known = m_position.constFind(key);
        if (known == m_position.cend())
            continue;
        m_changes[*known] = Change();
        m_position.erase(known);
    }
    if (m_changes.size() > size_t(m_position.size()) * 2) {
        std::erase_if(m_changes, [](const Change &change) { return change.key.isNull(); });
        for (size_t i = 0; i < m_changes.size(); ++i)
            m_position[m_changes[i].key] = i;
    }
    for (const Change &change : step.set) {
        const auto known = m_position.constFind(change.key);
        if (known != m_position.cend()) {
            m_changes[*known] = change;
        } else {
            m_position.insert(change.key, m_changes.size());
            m_changes.push_back(change);
        }
    }
    if (step.guards)
        m_guards = *step.guards;
    if (step.sent) {
        m_sent = *step.sent;
        m_sentChanges.clear();
        if (m_sent)
            m_sentChanges = step.sentChanges ? *step.sentChanges : committedOf(changes());
    }
    m_changed = step.at;
}

std::vector<Change> DraftState::changes() const
{
    std::vector<Change> staged;
    staged.reserve(size_t(m_position.size()));
    std::copy_if(m_changes.cbegin(), m_changes.cend(), std::back_inserter(staged),
                 [](const Change &change) { return !change.key.isNull(); });
    return staged;
}

DraftStep DraftState::asStep() const
{
    DraftStep step {.at = m_changed, .set = changes()};
    if (!m_guards.empty())
        step.guards = m_guards;
    if (m_sent) {
        step.sent = true;
        if (committedOf(step.set) != m_sentChanges)
            step.sentChanges = m_sentChanges;
    }
    return step;
}

QByteArray writeDraftHeader(const DraftHeader &header)
{
    return line({{QLatin1String("slotscope"), QLatin1String("draft")},
                 {QLatin1String("version"), FormatVersion},
                 {QLatin1String("endpoint"), header.endpoint},
                 {QLatin1String("cluster"), QString::number(header.clusterId)},
                 {QLatin1String("begun"), timeJson(header.begun)}});
}

QByteArray writeDraftStep(const DraftStep &step)
{
    QJsonObject object {{TimeMember, timeJson(step.at)}};
    if (!step.drop.empty()) {
        QJsonArray keys;
        for (const QByteArray &key : step.drop)
            keys.append(base64(key));
        object.insert(DropMember, keys);
    }
    if (!step.set.empty())
        object.insert(SetMember, arrayOf(step.set));
    if (step.guards)
        object.insert(GuardsMember, arrayOf(*step.guards));
    if (step.sent)
        object.insert(SentMember, *step.sent);
    if (step.sentChanges)
        object.insert(SentChangesMember, arrayOf(*step.sentChanges));
    return line(object);
}

Result<ReadDraft> readDraft(const QByteArray &bytes)
{
    const auto failed = [](ErrorKind kind, const char *why) {
        return Unexpected {Error {.kind = kind, .detail = QLatin1String(why)}};
    };
    const qsizetype first = bytes.indexOf('\n');
    const auto header = first < 0 ? std::nullopt : readLine(QByteArrayView(bytes).first(first));
    if (!header || header->value(QLatin1String("slotscope")).toString() != QLatin1String("draft"))
        return failed(ErrorKind::Decode, "it does not begin as a draft does");
    if (header->value(QLatin1String("version")).toInt() > FormatVersion)
        return failed(ErrorKind::InvalidArgument, "a later version of Slotscope wrote it");

    ReadDraft draft;
    draft.header.endpoint = header->value(QLatin1String("endpoint")).toString();
    draft.header.clusterId = header->value(QLatin1String("cluster")).toString().toULongLong();
    draft.header.begun = timeFrom(header->value(QLatin1String("begun")));
    draft.goodBytes = first + 1;
    while (draft.goodBytes < bytes.size()) {
        const qsizetype end = bytes.indexOf('\n', draft.goodBytes);
        if (end < 0) {
            draft.health = ReadDraft::Health::Torn;
            break;
        }
        const auto object = readLine(QByteArrayView(bytes).sliced(draft.goodBytes, end - draft.goodBytes));
        const auto step = object ? stepFromJson(*object) : std::nullopt;
        if (!step) {
            draft.health = ReadDraft::Health::Damaged;
            break;
        }
        draft.state.apply(*step);
        draft.goodBytes = end + 1;
    }
    return draft;
}

} // namespace slotscope::core
