// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/decodedrow.h"

#include <QCache>
#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>
#include <unordered_set>

namespace slotscope::ui {

/// Decoded rows by RowId, bounded in bytes, the least recently used dropped first. Decodes on the thread
/// pool.
class RowCache : public QObject
{
    Q_OBJECT
public:
    using Row = std::shared_ptr<const core::DecodedRow>;
    struct Update
    {
        core::RowId id;
        Row before; ///< null pointer when the row was not in the cache
        Row after;
    };
    /// Gives the bytes of a row at the moment of decoding; nothing when it is gone.
    using Source = std::function<std::optional<core::RowView>(core::RowId)>;

    explicit RowCache(Source source, QObject *parent = nullptr);

    /// In bytes, roughly.
    void setCapacity(qsizetype bytes) { m_rows.setMaxCost(bytes); }
    /// Forgets everything; rows are decoded by `codec` from now on.
    void reset(core::SlotCodec codec);
    /// The row as last decoded, be it older than `wanted`, which is then asked for; null pointer when never
    /// decoded.
    Row row(core::RowId id, core::Revision wanted);
    /// Takes a row that is decoded already, as of `modRevision`.
    void insert(core::RowId id, core::Revision modRevision, Row row, qsizetype bytes);
    bool contains(core::RowId id) const { return m_rows.contains(id.value); }
    /// The row as last decoded, without asking for anything.
    Row known(core::RowId id) const;
    /// Decodes in one batch with others, soon.
    void request(core::RowId id);

Q_SIGNALS:
    void decoded(const std::vector<slotscope::ui::RowCache::Update> &updates);

private:
    struct Entry
    {
        Row row;
        core::Revision modRevision;
    };
    void decodeQueued();

    Source m_source;
    core::SlotCodec m_codec;
    QCache<quint32, Entry> m_rows;
    std::unordered_set<quint32> m_queued;
    QTimer m_timer;
    quint64 m_generation = 0;
    bool m_running = false;
};

} // namespace slotscope::ui
