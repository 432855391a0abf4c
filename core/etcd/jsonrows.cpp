// SPDX-License-Identifier: GPL-3.0-or-later
//
// The gateway's reply to a large range, by simdjson: what etcd writes, read at the speed of memory. All else
// is given to the reader that takes everything which JSON allows, and can say what is wrong.
#include "core/etcd/gatewaymessages.h"
#include "core/etcd/rowreaders.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace slotscope::core::gateway {

namespace {

// Of simdjson's two ways the one that finds the instructions of this machine's processor when it runs.
using simdjson::dom::element;

constexpr quint8 NoDigit = 0xff;

constexpr std::array<quint8, 256> base64Digits()
{
    std::array<quint8, 256> digits {};
    digits.fill(NoDigit);
    constexpr std::string_view Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < Alphabet.size(); ++i)
        digits.at(static_cast<quint8>(Alphabet[i])) = static_cast<quint8>(i);
    return digits;
}
constexpr std::array<quint8, 256> Digits = base64Digits();

/// Bytes out of base64, all in one piece of memory that does not move.
class Decoded
{
public:
    /// Room for what the text can hold.
    explicit Decoded(qsizetype textSize)
        : m_bytes(new char[static_cast<size_t>(textSize) / 4 * 3 + 3])
        , m_end(m_bytes.get())
    {
    }

    /// False where etcd would write something else: padded groups of the usual alphabet.
    bool add(std::string_view text, QByteArrayView *bytes)
    {
        const char *begin = m_end;
        if (text.size() % 4 != 0)
            return false;
        size_t tail = 0; // bytes in the last group, where it is padded
        if (text.ends_with("=="))
            tail = 1;
        else if (text.ends_with('='))
            tail = 2;
        const size_t whole = text.size() - (tail > 0 ? 4 : 0);
        bool isValid = true;
        for (size_t i = 0; i < whole; i += 4)
            isValid &= group(text[i], text[i + 1], text[i + 2], text[i + 3], 3);
        if (tail > 0)
            isValid &= group(text[whole], text[whole + 1], tail == 2 ? text[whole + 2] : 'A', 'A', tail);
        *bytes = QByteArrayView(begin, m_end);
        return isValid;
    }

private:
    bool group(char a, char b, char c, char d, size_t size)
    {
        const auto digit = [](char character) -> quint32 { return Digits[static_cast<quint8>(character)]; };
        const quint32 bits = digit(a) << 18U | digit(b) << 12U | digit(c) << 6U | digit(d);
        const bool isValid = (digit(a) | digit(b) | digit(c) | digit(d)) < 64;
        m_end[0] = static_cast<char>(bits >> 16U & 0xffU);
        m_end[1] = static_cast<char>(bits >> 8U & 0xffU);
        m_end[2] = static_cast<char>(bits & 0xffU);
        m_end += size;
        return isValid;
    }

    std::unique_ptr<char[]> m_bytes;
    char *m_end;
};

template <typename T>
bool readInteger(element value, T *number)
{
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS)
        return false;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
    return error == std::errc {} && stop == text.data() + text.size();
}

/// Calls read(name, value) for every member until one cannot be read.
template <typename Read>
bool eachMember(element value, Read read)
{
    simdjson::dom::object object;
    return value.get(object) == simdjson::SUCCESS
        && std::all_of(object.begin(), object.end(),
                       [&read](const auto &field) { return read(field.key, field.value); });
}

bool readHeader(element value, ResponseHeader *header)
{
    return eachMember(value, [header](std::string_view name, element member) {
        if (name == "cluster_id")
            return readInteger(member, &header->clusterId);
        if (name == "member_id")
            return readInteger(member, &header->memberId);
        if (name == "revision")
            return readInteger(member, &header->revision.value);
        return name == "raft_term" && readInteger(member, &header->raftTerm);
    });
}

bool readRow(element value, Decoded *decoded, RowView *row)
{
    return eachMember(value, [decoded, row](std::string_view name, element member) {
        const bool isKey = name == "key";
        if (isKey || name == "value") {
            std::string_view text;
            return member.get(text) == simdjson::SUCCESS
                && decoded->add(text, isKey ? &row->key : &row->value);
        }
        if (name == "create_revision")
            return readInteger(member, &row->createRevision.value);
        if (name == "mod_revision")
            return readInteger(member, &row->modRevision.value);
        if (name == "version")
            return readInteger(member, &row->version);
        return name == "lease" && readInteger(member, &row->lease.value);
    });
}

bool readRows(element value, Decoded *decoded, std::vector<RowView> *rows)
{
    simdjson::dom::array array;
    if (value.get(array) != simdjson::SUCCESS)
        return false;
    rows->reserve(array.size());
    return std::all_of(array.begin(), array.end(),
                       [decoded, rows](element row) { return readRow(row, decoded, &rows->emplace_back()); });
}

/// Whether there may be a reply of so many rows in a text that is larger than such replies are. What else a
/// text of that size may hold takes many times the memory while it is parsed.
bool isPlausible(const QByteArray &json, qint64 rows)
{
    constexpr qsizetype Ordinary = 16 * 1024 * 1024;
    if (rows == 0 || json.size() <= Ordinary)
        return true;
    // etcd writes six members of a row, and no more beside all of them. None of these signs is in base64.
    constexpr qint64 MostInRow = 16;
    const auto signs = std::count_if(json.cbegin(), json.cend(),
                                     [](char sign) { return sign == ',' || sign == '[' || sign == '{'; });
    return signs <= MostInRow * (rows + 1);
}

bool readReply(const QByteArray &json, RowsReply *reply)
{
    simdjson::dom::parser parser;
    element whole;
    if (parser.parse(json.constData(), static_cast<size_t>(json.size())).get(whole) != simdjson::SUCCESS)
        return false;
    Decoded decoded(json.size());
    std::vector<RowView> rows;
    bool hasHeader = false;
    const bool isRead = eachMember(whole, [&](std::string_view name, element member) {
        if (name == "kvs")
            return readRows(member, &decoded, &rows);
        if (name == "count")
            return readInteger(member, &reply->count);
        if (name == "more")
            return member.get(reply->more) == simdjson::SUCCESS;
        hasHeader = name == "header" && readHeader(member, &reply->header);
        return hasHeader;
    });
    if (!isRead || !hasHeader)
        return false;
    reply->setRows(rows);
    return true;
}

} // namespace

Result<RowsReply> parseRows(const QByteArray &json, qint64 most)
{
    RowsReply reply;
    if (isPlausible(json, most)) {
        if (!readReply(json, &reply)) {
            const Result<RangeReply> parsed = parseRangeReply(json);
            if (!parsed)
                return Unexpected {parsed.error()};
            reply = rowsOf(*parsed);
        }
        if (most == 0 || reply.rows <= most)
            return reply;
    }
    return Unexpected {
        Error {.kind = ErrorKind::Protocol,
               .detail = QStringLiteral("%1 bytes of more than the %2 rows that were asked for, or of none")
                             .arg(json.size())
                             .arg(most)}};
}

} // namespace slotscope::core::gateway
