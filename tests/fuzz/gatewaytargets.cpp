// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/gatewaymessages.h"
#include "core/etcd/lineframer.h"
#include "tests/fuzz/fuzztargets.h"
#include "tests/fuzz/random.h"

#include <array>

namespace slotscope::fuzz {

using namespace core;

namespace {

Complaint checkGatewayError(const Error &error, const QByteArray &json)
{
    if (error.detail.isEmpty())
        return QStringLiteral("an error without words");
    if (error.offset < -1 || error.offset > json.size())
        return QStringLiteral("the error \"%1\" at %2 is outside").arg(error.detail).arg(error.offset);
    return {};
}

template <auto Parse>
Complaint checkReply(const QByteArray &json)
{
    Complaint complaint;
    const auto reply = measured(json.size(), &complaint, [&] { return Parse(json); });
    if (!complaint.isEmpty())
        return complaint;
    return reply ? Complaint() : checkGatewayError(reply.error(), json);
}

Complaint checkErrorBody(const QByteArray &body)
{
    gateway::describeBody(body);
    return checkGatewayError(gateway::parseErrorBody(body, 503), body);
}

constexpr std::array<Complaint (*)(const QByteArray &), 13> Readers {
    checkReply<gateway::parseRangeReply>,
    checkReply<gateway::parsePutReply>,
    checkReply<gateway::parseDeleteRangeReply>,
    checkReply<gateway::parseTxnReply>,
    checkReply<gateway::parseCompactionReply>,
    checkReply<gateway::parseStatusReply>,
    checkReply<gateway::parseLeaseGrantReply>,
    checkReply<gateway::parseLeaseTimeToLiveReply>,
    checkReply<gateway::parseVersion>,
    checkReply<gateway::parseWatchLine>,
    checkErrorBody,
    checkReply<gateway::parseLeaseRevokeReply>,
    checkReply<gateway::parseLeaseLeasesReply>,
};

struct Framed
{
    QByteArrayList lines;
    bool overflown = false;
    qint64 end = 0;
    qint64 pending = 0;
    friend bool operator==(const Framed &, const Framed &) = default;
};

void drain(LineFramer &framer, Framed &framed)
{
    while (const auto line = framer.next())
        framed.lines += *line;
    framed.overflown = framer.overflown();
    framed.end = framer.offset();
    framed.pending = framer.pending();
}

} // namespace

Complaint checkGateway(QByteArrayView bytes)
{
    const size_t choice = bytes.isEmpty() ? 0 : quint8(bytes.front());
    return Readers[choice % Readers.size()](bytes.sliced(bytes.isEmpty() ? 0 : 1).toByteArray());
}

Complaint checkLines(QByteArrayView bytes)
{
    const qint64 longest = bytes.isEmpty() ? 0 : quint8(bytes.front());
    const QByteArray stream = bytes.sliced(bytes.isEmpty() ? 0 : 1).toByteArray();
    LineFramer atOnce(longest);
    Framed whole;
    atOnce.append(stream);
    drain(atOnce, whole);
    for (const QByteArray &line : std::as_const(whole.lines)) {
        if (line.isEmpty() || line.size() > longest || line.contains('\n'))
            return QStringLiteral("a line of %1 bytes").arg(line.size());
    }
    if (!whole.overflown && whole.end + whole.pending != stream.size())
        return QStringLiteral("%1 bytes are read and %2 wait, of %3")
            .arg(whole.end)
            .arg(whole.pending)
            .arg(stream.size());
    Random random(bytes);
    LineFramer inParts(longest);
    Framed parts;
    for (qsizetype at = 0; at < stream.size();) {
        const auto size = qsizetype(1 + random.below(size_t(std::min<qsizetype>(stream.size() - at, 40))));
        inParts.append(stream.mid(at, size));
        if (random.below(3) > 0)
            drain(inParts, parts);
        at += size;
    }
    drain(inParts, parts);
    if (!(parts == whole))
        return QStringLiteral("in parts, %1 lines to %2, at once %3 to %4")
            .arg(parts.lines.size())
            .arg(parts.end)
            .arg(whole.lines.size())
            .arg(whole.end);
    return {};
}

} // namespace slotscope::fuzz
