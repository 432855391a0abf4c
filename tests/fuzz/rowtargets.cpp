// SPDX-License-Identifier: GPL-3.0-or-later
//
// Replies to large ranges, as JSON and as protobuf, straight into chunks of rows.
#include "core/etcd/gatewaymessages.h"
#include "core/etcd/rowreaders.h"
#include "tests/fuzz/fuzztargets.h"

#include <range.pb.h>

#include <algorithm>
#include <limits>

namespace slotscope::fuzz {

using namespace core;

namespace {

std::vector<KeyValue> rowsIn(const RowsReply &reply)
{
    std::vector<KeyValue> rows;
    for (const auto &chunk : reply.chunks) {
        for (quint32 i = 0; i < chunk->size(); ++i)
            rows.push_back(chunk->row(i).toKeyValue());
    }
    return rows;
}

// What a chunk cannot hold of a version that no etcd ever had.
qint64 asHeld(qint64 version)
{
    return std::clamp<qint64>(version, 0, std::numeric_limits<quint32>::max());
}

Complaint checkRows(const RowsReply &reply, const std::vector<KeyValue> &wanted)
{
    const std::vector<KeyValue> rows = rowsIn(reply);
    if (rows.size() != wanted.size() || reply.rows != qint64(rows.size()))
        return QStringLiteral("%1 rows, said to be %2, for %3")
            .arg(rows.size())
            .arg(reply.rows)
            .arg(wanted.size());
    qint64 bytes = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
        const KeyValue &row = rows[i];
        const KeyValue &want = wanted[i];
        bytes += row.key.size() + row.value.size();
        if (row.key != want.key || row.value != want.value || row.createRevision != want.createRevision
            || row.modRevision != want.modRevision || asHeld(row.version) != asHeld(want.version)
            || row.lease != want.lease)
            return QStringLiteral("row %1 is %2: %3")
                .arg(i)
                .arg(QString::fromLatin1(row.key.toHex()), QString::fromLatin1(row.value.toHex()));
    }
    return bytes == reply.bytes ? Complaint()
                                : QStringLiteral("%1 bytes, said to be %2").arg(bytes).arg(reply.bytes);
}

Complaint checkJsonRows(const QByteArray &json)
{
    Complaint complaint;
    const auto reply = measured(json.size(), &complaint, [&] { return gateway::parseRows(json); });
    const auto wanted = gateway::parseRangeReply(json);
    if (!complaint.isEmpty())
        return complaint;
    if (!reply)
        return wanted || reply.error().detail.isEmpty()
            ? QStringLiteral("refused: %1").arg(reply.error().detail)
            : Complaint();
    if (!wanted)
        return QStringLiteral("read what is no reply: %1").arg(wanted.error().detail);
    if (reply->count != wanted->count || reply->more != wanted->more
        || reply->header.revision != wanted->header.revision)
        return QStringLiteral("another count, more or revision");
    return checkRows(*reply, wanted->kvs);
}

Complaint checkProtobufRows(const QByteArray &bytes)
{
    Complaint complaint;
    const auto reply = measured(bytes.size(), &complaint, [&] { return grpc::parseRows(bytes); });
    if (!complaint.isEmpty())
        return complaint;
    if (!reply)
        return reply.error().detail.isEmpty() ? QStringLiteral("an error without words") : Complaint();
    // protobuf's own reader takes what ours refuses (groups), and refuses some sizes that ours takes.
    pb::RangeResponse message;
    if (!message.ParseFromArray(bytes.data(), int(bytes.size())))
        return {};
    std::vector<KeyValue> wanted;
    for (const pb::KeyValue &kv : message.kvs()) {
        wanted.push_back({.key = QByteArray::fromStdString(kv.key()),
                          .value = QByteArray::fromStdString(kv.value()),
                          .createRevision = Revision(kv.create_revision()),
                          .modRevision = Revision(kv.mod_revision()),
                          .version = kv.version(),
                          .lease = LeaseId(kv.lease())});
    }
    if (reply->count != message.count() || reply->more != message.more())
        return QStringLiteral("another count or more");
    return checkRows(*reply, wanted);
}

} // namespace

Complaint checkRowReplies(QByteArrayView bytes)
{
    const bool isJson = !bytes.isEmpty() && (quint8(bytes.front()) & 1U);
    const QByteArray reply = bytes.sliced(bytes.isEmpty() ? 0 : 1).toByteArray();
    return isJson ? checkJsonRows(reply) : checkProtobufRows(reply);
}

} // namespace slotscope::fuzz
