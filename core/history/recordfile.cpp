// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/history/recordfile.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace slotscope::core {

namespace {

std::optional<QByteArray> bytesOf(const QJsonValue &hex)
{
    if (!hex.isString())
        return std::nullopt;
    const QByteArray digits = hex.toString().toLatin1().toLower();
    // fromHex() skips what is no digit.
    const QByteArray bytes = QByteArray::fromHex(digits);
    return bytes.toHex() == digits ? std::optional(bytes) : std::nullopt;
}

/// Large ones are text.
qint64 numberOf(const QJsonValue &number)
{
    return number.isString() ? number.toString().toLongLong() : number.toInteger();
}

Expected<KeyValue, QString> recordFrom(const QByteArray &line)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(line, &error);
    if (error.error != QJsonParseError::NoError)
        return Unexpected {QStringLiteral("no JSON: %1").arg(error.errorString())};
    if (!document.isObject())
        return Unexpected {QStringLiteral("no record: it is to be a JSON object")};
    const QJsonObject object = document.object();
    const auto key = bytesOf(object.value(QLatin1String("keyHex")));
    if (!key || key->isEmpty())
        return Unexpected {QStringLiteral("no record: it has no keyHex of pairs of hex digits")};
    const auto value = bytesOf(object.value(QLatin1String("valueHex")));
    if (!value)
        return Unexpected {QStringLiteral("no record: it has no valueHex of pairs of hex digits")};
    KeyValue kv {.key = *key, .value = *value};
    kv.createRevision = Revision(numberOf(object.value(QLatin1String("createRevision"))));
    kv.modRevision = Revision(numberOf(object.value(QLatin1String("modRevision"))));
    kv.version = numberOf(object.value(QLatin1String("version")));
    kv.lease = LeaseId(numberOf(object.value(QLatin1String("lease"))));
    return kv;
}

} // namespace

Expected<std::shared_ptr<const RecordFile>, QString> RecordFile::open(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Unexpected {QStringLiteral("%1 cannot be read: %2").arg(path, file.errorString())};
    auto result = std::make_shared<RecordFile>();
    result->m_path = path;
    for (int number = 1; !file.atEnd(); ++number) {
        const qint64 offset = file.pos();
        const QByteArray line = file.readLine().trimmed();
        if (line.isEmpty())
            continue;
        const auto record = recordFrom(line);
        if (!record)
            return Unexpected {QStringLiteral("%1, line %2: %3").arg(path).arg(number).arg(record.error())};
        result->m_entries.push_back({record->key, offset});
    }
    if (file.error() != QFileDevice::NoError)
        return Unexpected {QStringLiteral("%1 cannot be read: %2").arg(path, file.errorString())};
    std::vector<Entry> &entries = result->m_entries;
    const auto before = [](const Entry &a, const Entry &b) { return a.key < b.key; };
    if (!std::is_sorted(entries.cbegin(), entries.cend(), before))
        std::stable_sort(entries.begin(), entries.end(), before);
    const auto twice = std::adjacent_find(entries.cbegin(), entries.cend(),
                                          [](const Entry &a, const Entry &b) { return a.key == b.key; });
    if (twice != entries.cend())
        return Unexpected {QStringLiteral("%1 holds the key 0x%2 more than once")
                               .arg(path, QString::fromLatin1(twice->key.toHex()))};
    return std::shared_ptr<const RecordFile>(std::move(result));
}

std::vector<Slot> RecordFile::slotNumbers() const
{
    std::vector<Slot> numbers;
    for (size_t i = 0; i < m_entries.size();) {
        if (m_entries[i].key.size() < 2) {
            ++i;
            continue;
        }
        const auto high = static_cast<uchar>(m_entries[i].key[0]);
        const auto low = static_cast<uchar>(m_entries[i].key[1]);
        const Slot slot(static_cast<quint16>(high << 8 | low));
        numbers.push_back(slot);
        while (i < m_entries.size() && KeyRange::slot(slot).contains(m_entries[i].key))
            ++i;
    }
    return numbers;
}

size_t RecordFile::lowerBound(const QByteArray &key) const
{
    return static_cast<size_t>(
        std::lower_bound(m_entries.cbegin(), m_entries.cend(), key,
                         [](const Entry &entry, const QByteArray &wanted) { return entry.key < wanted; })
        - m_entries.cbegin());
}

Expected<std::vector<KeyValue>, QString> RecordFile::read(size_t from, size_t count) const
{
    QFile file(m_path);
    if (!file.open(QIODevice::ReadOnly))
        return Unexpected {QStringLiteral("%1 cannot be read: %2").arg(m_path, file.errorString())};
    std::vector<KeyValue> records;
    const size_t end = std::min(m_entries.size(), from + std::min(count, m_entries.size()));
    for (size_t i = from; i < end; ++i) {
        file.seek(m_entries[i].offset); // behind the end, nothing is read
        auto record = recordFrom(file.readLine().trimmed());
        if (!record || record->key != m_entries[i].key)
            return Unexpected {QStringLiteral("%1 was changed while it was read").arg(m_path)};
        records.push_back(std::move(*record));
    }
    return records;
}

} // namespace slotscope::core
