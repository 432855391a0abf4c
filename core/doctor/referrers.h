// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/client.h"
#include "core/pmap/schema.h"

#include <QFutureWatcher>
#include <QObject>

#include <vector>

namespace slotscope::core {

/// A place that names a record.
struct Reference
{
    enum class Where { Key, Value };

    Slot slot;
    QByteArray key; ///< whole etcd key of the record that refers
    Where where = Where::Value;
    int keyPart = 0; ///< Where::Key: which component
    ValuePath path; ///< Where::Value: the field; empty: the value itself
    friend bool operator==(const Reference &, const Reference &) = default;
};

/// A slot to look through.
struct SlotToSearch
{
    Slot slot;
    SlotCodec codec;
    qint64 records = 0; ///< for the progress
};

/// Where a record names the one with the key `wanted`, of this one component.
std::vector<Reference> referencesIn(const SlotToSearch &place, const KeyValue &record, const Value &wanted,
                                    KeyComponent component);

/// "Who refers to this record?": looks through slots, at one revision, for the key of a record, in keys,
/// values and fields at any depth. Reads page by page, looks on the thread pool; found places come as they
/// are found.
class ReferrerSearch : public QObject
{
    Q_OBJECT
public:
    /// `target`: the record's whole etcd key, of one component (as keys that others refer to are), which
    /// itself is not found.
    ReferrerSearch(Client *client, QByteArray target, KeyType targetKey, std::vector<SlotToSearch> places,
                   QObject *parent = nullptr);
    ~ReferrerSearch() override;

    /// Why nothing can refer to such a record; empty when something can.
    static QString problem(const KeyType &targetKey);

    /// Once; finished() follows, unless it is destroyed before.
    void start();
    void cancel();

Q_SIGNALS:
    void found(const std::vector<slotscope::core::Reference> &references);
    void progress(qint64 done, qint64 total);
    /// An error's kind is Cancelled after cancel().
    void finished(const slotscope::core::Result<slotscope::core::Revision> &revision);

private:
    void requestPage();
    void takePage(const Result<RangeReply> &result);
    void searched();
    void finish(const Result<Revision> &result);

    Client *m_client;
    QByteArray m_target;
    KeyType m_targetKey;
    std::vector<SlotToSearch> m_places;
    std::optional<Value> m_wanted;
    size_t m_current = 0;
    KeyRange m_rest;
    Revision m_revision;
    Call<RangeReply> m_call;
    QFutureWatcher<std::vector<Reference>> m_searching;
    qint64 m_done = 0;
    qint64 m_total = 0;
    bool m_pageIsLast = false;
    bool m_over = false;
};

} // namespace slotscope::core
