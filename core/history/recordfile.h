// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/expected.h"
#include "core/etcd/messages.h"

#include <QByteArray>
#include <QString>

#include <memory>
#include <vector>

namespace slotscope::core {

/// A file of records as `slotscope records --json` writes them, one JSON object a line. In memory are its
/// keys only. Safe on any thread.
class RecordFile
{
public:
    /// Reads all of it once, so that what is wrong is told before anything is done with it: in words, with
    /// the line. Takes its time.
    static Expected<std::shared_ptr<const RecordFile>, QString> open(const QString &path);

    const QString &path() const { return m_path; }
    size_t count() const { return m_entries.size(); }
    /// Slots of which it holds records, in ascending order.
    std::vector<Slot> slotNumbers() const;
    /// The position of the first record that is in the range or behind it.
    size_t lowerBound(const QByteArray &key) const;
    const QByteArray &keyAt(size_t position) const { return m_entries[position].key; }
    /// Records from that position on, at most so many, in the order of their keys.
    Expected<std::vector<KeyValue>, QString> read(size_t from, size_t count) const;

private:
    struct Entry
    {
        QByteArray key;
        qint64 offset = 0;
    };

    QString m_path;
    std::vector<Entry> m_entries; // in the order of the keys
};

} // namespace slotscope::core
