// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/rowreaders.h"

#include <google/protobuf/io/coded_stream.h>
#include <range.pb.h>

#include <string>

namespace slotscope::core::grpc {

namespace {

using google::protobuf::io::CodedInputStream;

/// As protobuf numbers them.
enum WireType : uint32_t { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

/// Fields of a message that lies in memory as a whole, one after the other. protobuf's own messages would
/// copy each key and each value into a string of its own before they are copied into the chunk.
class Fields
{
public:
    explicit Fields(QByteArrayView message)
        : m_message(message)
        , m_input(reinterpret_cast<const uint8_t *>(message.data()), static_cast<int>(message.size()))
    {
        m_input.SetTotalBytesLimit(static_cast<int>(message.size()));
    }

    /// False at the end, and where it is no message; see isIntact().
    bool next()
    {
        const uint32_t tag = m_input.ReadTag();
        m_number = static_cast<int>(tag >> 3U);
        m_type = tag & 7U;
        if (tag == 0) {
            m_isIntact = m_input.CurrentPosition() == m_message.size();
            return false;
        }
        return true;
    }
    bool isIntact() const { return m_isIntact; }
    /// Of the field that it is at.
    bool is(int number, WireType type) const { return m_number == number && m_type == type; }

    qint64 integer()
    {
        uint64_t value = 0;
        if (!m_input.ReadVarint64(&value))
            stop();
        return static_cast<qint64>(value);
    }
    QByteArrayView bytes()
    {
        uint32_t size = 0;
        const bool isThere = m_input.ReadVarint32(&size);
        const qint64 begin = m_input.CurrentPosition();
        if (!isThere || size > m_message.size() - begin || !m_input.Skip(static_cast<int>(size))) {
            stop();
            return {};
        }
        return m_message.sliced(begin, static_cast<qsizetype>(size));
    }
    /// What nobody asks for.
    void skip()
    {
        uint64_t ignored = 0;
        bool done = false;
        switch (m_type) {
        case Varint:
            done = m_input.ReadVarint64(&ignored);
            break;
        case Fixed64:
            done = m_input.Skip(8);
            break;
        case Bytes:
            bytes();
            return;
        case Fixed32:
            done = m_input.Skip(4);
            break;
        default:
            break;
        }
        if (!done)
            stop();
    }

private:
    /// From here on nothing makes sense.
    void stop()
    {
        m_input.Skip(std::numeric_limits<int>::max());
        m_message = m_message.first(0);
    }

    QByteArrayView m_message;
    CodedInputStream m_input;
    int m_number = 0;
    uint32_t m_type = 0;
    bool m_isIntact = true;
};

bool readKeyValue(QByteArrayView message, RowView *row)
{
    Fields fields(message);
    while (fields.next()) {
        if (fields.is(pb::KeyValue::kKeyFieldNumber, Bytes))
            row->key = fields.bytes();
        else if (fields.is(pb::KeyValue::kValueFieldNumber, Bytes))
            row->value = fields.bytes();
        else if (fields.is(pb::KeyValue::kCreateRevisionFieldNumber, Varint))
            row->createRevision = Revision(fields.integer());
        else if (fields.is(pb::KeyValue::kModRevisionFieldNumber, Varint))
            row->modRevision = Revision(fields.integer());
        else if (fields.is(pb::KeyValue::kVersionFieldNumber, Varint))
            row->version = fields.integer();
        else if (fields.is(pb::KeyValue::kLeaseFieldNumber, Varint))
            row->lease = LeaseId(fields.integer());
        else
            fields.skip();
    }
    return fields.isIntact();
}

} // namespace

QByteArray toProtobuf(const RangeRequest &request)
{
    // etcd's enums: NONE, ASCEND, DESCEND and KEY, VERSION, CREATE, MOD, VALUE, in the order of ours.
    pb::RangeRequest message;
    message.set_key(request.range.begin.toStdString());
    message.set_range_end(request.range.end.toStdString());
    message.set_limit(request.limit);
    message.set_revision(request.revision.value);
    message.set_sort_order(static_cast<int>(request.sortOrder));
    message.set_sort_target(static_cast<int>(request.sortTarget));
    message.set_serializable(request.serializable);
    message.set_keys_only(request.keysOnly);
    message.set_count_only(request.countOnly);
    message.set_min_mod_revision(request.minModRevision.value);
    message.set_max_mod_revision(request.maxModRevision.value);
    message.set_min_create_revision(request.minCreateRevision.value);
    message.set_max_create_revision(request.maxCreateRevision.value);
    return QByteArray::fromStdString(message.SerializeAsString());
}

Result<RowsReply> parseRows(const QByteArray &protobuf, qint64 most)
{
    const auto rowsAllowed = static_cast<size_t>(most > 0 ? most : protobuf.size());
    RowsReply reply;
    std::vector<RowView> views;
    Fields fields(protobuf);
    bool isIntact = true;
    bool hasHeader = false;
    while (isIntact && fields.next()) {
        if (fields.is(pb::RangeResponse::kKvsFieldNumber, Bytes)) {
            if (views.size() == rowsAllowed)
                return Unexpected {
                    Error {.kind = ErrorKind::Protocol,
                           .detail = QStringLiteral("more rows than the %1 that were asked for").arg(most)}};
            // No key is empty, and two bytes are not to become a row of a hundred.
            isIntact = readKeyValue(fields.bytes(), &views.emplace_back()) && !views.back().key.isEmpty();
        } else if (fields.is(pb::RangeResponse::kHeaderFieldNumber, Bytes)) {
            const QByteArrayView bytes = fields.bytes();
            pb::ResponseHeader header;
            isIntact = header.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
            hasHeader = true;
            reply.header = {.clusterId = header.cluster_id(),
                            .memberId = header.member_id(),
                            .revision = Revision(header.revision()),
                            .raftTerm = header.raft_term()};
        } else if (fields.is(pb::RangeResponse::kMoreFieldNumber, Varint)) {
            reply.more = fields.integer() != 0;
        } else if (fields.is(pb::RangeResponse::kCountFieldNumber, Varint)) {
            reply.count = fields.integer();
        } else {
            fields.skip();
        }
    }
    if (!isIntact || !fields.isIntact())
        return Unexpected {Error {
            .kind = ErrorKind::Protocol,
            .detail = QStringLiteral("a reply of %1 bytes that is no message of etcd").arg(protobuf.size())}};
    if (!hasHeader)
        return Unexpected {Error {.kind = ErrorKind::Protocol,
                                  .detail = QStringLiteral("no header, so this is not an etcd reply")}};
    reply.setRows(views);
    return reply;
}

} // namespace slotscope::core::grpc
