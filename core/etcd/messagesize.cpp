// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/messagesize.h"

#include <bit>

namespace slotscope::core {

namespace {

// https://protobuf.dev/programming-guides/encoding/

constexpr qint64 varint(quint64 number)
{
    return (std::bit_width(number | 1) + 6) / 7;
}

constexpr qint64 tag(int field)
{
    return varint(static_cast<quint64>(field) << 3);
}

/// A field that is absent where it is 0.
qint64 number(int field, qint64 value)
{
    return value == 0 ? 0 : tag(field) + varint(static_cast<quint64>(value));
}

qint64 delimited(int field, qint64 size)
{
    return tag(field) + varint(static_cast<quint64>(size)) + size;
}

qint64 bytes(int field, const QByteArray &value)
{
    return value.isEmpty() ? 0 : delimited(field, value.size());
}

qint64 size(const RangeRequest &range)
{
    return bytes(1, range.range.begin) + bytes(2, range.range.end) + number(3, range.limit)
        + number(4, range.revision.value) + number(5, static_cast<int>(range.sortOrder))
        + number(6, static_cast<int>(range.sortTarget)) + number(7, range.serializable)
        + number(8, range.keysOnly) + number(9, range.countOnly) + number(10, range.minModRevision.value)
        + number(11, range.maxModRevision.value) + number(12, range.minCreateRevision.value)
        + number(13, range.maxCreateRevision.value);
}

qint64 size(const PutRequest &put)
{
    return bytes(1, put.key) + bytes(2, put.value) + number(3, put.lease.value) + number(4, put.prevKv)
        + number(5, put.ignoreValue) + number(6, put.ignoreLease);
}

qint64 size(const DeleteRangeRequest &range)
{
    return bytes(1, range.range.begin) + bytes(2, range.range.end) + number(3, range.prevKv);
}

qint64 size(const TxnRequest &request)
{
    return protobufSize(request);
}

qint64 size(const Compare &compare)
{
    // target_union is a oneof: written also where it is 0.
    constexpr int TargetFields[] = {4, 5, 6, 7, 8}; // by CompareTarget
    const int field = TargetFields[static_cast<int>(compare.target)];
    const qint64 target = compare.target == CompareTarget::Value
        ? delimited(field, compare.value.size())
        : tag(field) + varint(static_cast<quint64>(compare.number));
    return number(1, static_cast<int>(compare.result)) + number(2, static_cast<int>(compare.target))
        + bytes(3, compare.range.begin) + target + bytes(64, compare.range.end);
}

qint64 size(const RequestOp &op)
{
    return std::visit([](const auto &request) { return size(request); }, op.request);
}

} // namespace

qint64 protobufSize(const TxnRequest &request)
{
    qint64 total = 0;
    for (const Compare &compare : request.compare)
        total += delimited(1, size(compare));
    for (const RequestOp &op : request.success) // whose own field numbers all fit into one byte
        total += delimited(2, delimited(1, size(op)));
    for (const RequestOp &op : request.failure)
        total += delimited(3, delimited(1, size(op)));
    return total;
}

qint64 raftRequestSize(const TxnRequest &request)
{
    constexpr int TxnField = 6;
    constexpr int HeaderField = 100;
    constexpr qint64 Header = 1 + 10; // ID, a uint64
    return delimited(TxnField, protobufSize(request)) + delimited(HeaderField, Header);
}

qint64 memorySize(const Event &event)
{
    qint64 size = qint64(sizeof(Event)) + event.kv.key.size() + event.kv.value.size();
    if (event.prevKv)
        size += event.prevKv->key.size() + event.prevKv->value.size();
    return size;
}

qint64 memorySize(const std::vector<Event> &events)
{
    qint64 size = 0;
    for (const Event &event : events)
        size += memorySize(event);
    return size;
}

Error endlessRevision()
{
    return {.kind = ErrorKind::Protocol,
            .detail = QStringLiteral("the server sends changes without end and completes no revision")};
}

} // namespace slotscope::core
