// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/compression.h"

#include <snappy-c.h>
#define ZLIB_CONST // input is not written to
#include <zlib.h>

#include <algorithm>
#include <array>
#include <vector>

namespace slotscope::core {

namespace {

constexpr qint64 Mebibyte = 1024 * 1024;
constexpr int UsualLevel = 6;
constexpr int HighestLevel = 9;
constexpr int UsualMemory = 8;
constexpr int MostMemory = 9;
constexpr int LargestWindow = 15;

Unexpected<DecodeError> failure(qint64 offset, const QString &what)
{
    return Unexpected {DecodeError {offset, what}};
}

Unexpected<DecodeError> tooLarge(qint64 offset, qint64 limit)
{
    return failure(
        offset,
        QStringLiteral("would take more than %1 bytes decompressed, which is not believable").arg(limit));
}

class Inflater
{
public:
    explicit Inflater(QByteArrayView compressed)
    {
        m_stream.next_in = reinterpret_cast<const Bytef *>(compressed.data());
        m_stream.avail_in = uInt(compressed.size());
        m_ready = inflateInit(&m_stream) == Z_OK;
    }
    ~Inflater()
    {
        if (m_ready)
            inflateEnd(&m_stream);
    }
    Q_DISABLE_COPY_MOVE(Inflater)

    /// Fills the space as far as it goes; what zlib says then.
    int fill(char *space, qsizetype size)
    {
        if (!m_ready)
            return Z_MEM_ERROR;
        m_stream.next_out = reinterpret_cast<Bytef *>(space);
        m_stream.avail_out = uInt(size);
        return inflate(&m_stream, Z_NO_FLUSH);
    }
    qint64 bytesOut() const { return qint64(m_stream.total_out); }
    qint64 bytesIn() const { return qint64(m_stream.total_in); }
    qint64 unread() const { return m_stream.avail_in; }
    QString message() const
    {
        return m_stream.msg ? QString::fromLatin1(m_stream.msg) : QStringLiteral("broken stream");
    }

private:
    z_stream m_stream {};
    bool m_ready = false;
};

/// How zlib is asked to compress.
struct Settings
{
    int level = UsualLevel;
    int window = LargestWindow;
    int memory = UsualMemory;
    int strategy = Z_DEFAULT_STRATEGY;
};

class Deflater
{
public:
    Deflater(QByteArrayView bytes, const Settings &settings)
    {
        m_stream.next_in = reinterpret_cast<const Bytef *>(bytes.data());
        m_stream.avail_in = uInt(bytes.size());
        m_ready = deflateInit2(&m_stream, settings.level, Z_DEFLATED, settings.window, settings.memory,
                               settings.strategy)
            == Z_OK;
    }
    ~Deflater()
    {
        if (m_ready)
            deflateEnd(&m_stream);
    }
    Q_DISABLE_COPY_MOVE(Deflater)

    /// The most that the whole will take.
    qsizetype bound() { return m_ready ? qsizetype(deflateBound(&m_stream, m_stream.avail_in)) : 0; }
    /// How many bytes of the space it took; fewer than there are only at the end.
    qsizetype fill(char *space, qsizetype size)
    {
        m_stream.next_out = reinterpret_cast<Bytef *>(space);
        m_stream.avail_out = uInt(size);
        m_atEnd = !m_ready || deflate(&m_stream, Z_FINISH) != Z_OK;
        return m_ready ? size - qsizetype(m_stream.avail_out) : 0;
    }
    bool atEnd() const { return m_atEnd; }

private:
    z_stream m_stream {};
    bool m_ready = false;
    bool m_atEnd = false;
};

QByteArray deflated(QByteArrayView bytes, const Settings &settings)
{
    Deflater deflater(bytes, settings);
    QByteArray out(deflater.bound(), Qt::Uninitialized);
    out.truncate(deflater.fill(out.data(), out.size()));
    return out;
}

/// Whether these settings make `compressed` of the bytes. Stops at the first byte that is another.
bool reproduces(QByteArrayView bytes, const Settings &settings, QByteArrayView compressed)
{
    if (settings.level == 0) // its blocks are as large as the space that they are given
        return deflated(bytes, settings) == compressed;
    std::array<char, 4096> part; // NOLINT(cppcoreguidelines-pro-type-member-init): zlib fills it
    Deflater deflater(bytes, settings);
    while (!deflater.atEnd()) {
        const QByteArrayView made(part.data(), deflater.fill(part.data(), qsizetype(part.size())));
        if (!compressed.startsWith(made))
            return false;
        compressed = compressed.sliced(made.size());
    }
    return compressed.isEmpty();
}

/// What `compressed` may have been made with, likelier settings first. RFC 1950: the window's size and a hint
/// at the level stand in the first two bytes.
std::vector<Settings> candidates(QByteArrayView compressed)
{
    static constexpr std::array<std::array<int, 5>, 4> Levels {
        {{1, 0, -1, -1, -1}, {5, 4, 3, 2, -1}, {6, -1, -1, -1, -1}, {9, 8, 7, -1, -1}}};
    constexpr int LeastWindow = 9;
    Settings like;
    like.window = std::clamp((quint8(compressed[0]) >> 4) + 8, LeastWindow, LargestWindow);
    const size_t hint = quint8(compressed[1]) >> 6;
    std::vector<Settings> all;
    const auto addLevels = [&](int memory, int strategy) {
        for (const int level : Levels[hint]) {
            if (level >= 0)
                all.push_back({level, like.window, memory, strategy});
        }
    };
    addLevels(UsualMemory, Z_DEFAULT_STRATEGY);
    addLevels(MostMemory, Z_DEFAULT_STRATEGY);
    // These have the hint of the lowest level, whatever theirs is.
    if (hint == 0) {
        for (const int strategy : {Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED}) {
            for (const int level : {UsualLevel, 1, HighestLevel})
                all.push_back({level, like.window, UsualMemory, strategy});
        }
    }
    addLevels(UsualMemory, Z_FILTERED);
    for (int memory = UsualMemory - 1; memory > 0; --memory)
        addLevels(memory, Z_DEFAULT_STRATEGY);
    return all;
}

/// What is wrong with snappy data, which its library does not say: lengths and the bytes themselves, or
/// copies of what came out before.
class SnappyCheck
{
public:
    explicit SnappyCheck(QByteArrayView compressed)
        : m_bytes(compressed)
    {
    }

    DecodeError fault()
    {
        const quint64 size = length();
        quint64 made = 0;
        while (m_at < m_bytes.size()) {
            const qsizetype start = m_at;
            const auto damaged = [start](const QString &what) {
                return DecodeError {start, QStringLiteral("the snappy data is damaged: %1").arg(what)};
            };
            const auto tag = quint8(m_bytes[m_at++]);
            const bool isLiteral = (tag & 3) == 0;
            const quint64 rest = tag >> 2;
            quint64 count = rest + 1;
            int extra = 0;
            if (isLiteral && rest >= LongLiteral)
                extra = int(rest - LongLiteral) + 1;
            else if (!isLiteral)
                extra = (tag & 3) == 3 ? 4 : (tag & 3);
            if (extra > m_bytes.size() - m_at)
                return damaged(QStringLiteral("it ends within a length"));
            const quint64 number = littleEndian(extra);
            if (isLiteral) {
                count = extra > 0 ? number + 1 : count;
                if (count > quint64(m_bytes.size() - m_at))
                    return damaged(QStringLiteral("%1 bytes should follow, but there are %2")
                                       .arg(count)
                                       .arg(m_bytes.size() - m_at));
                m_at += qsizetype(count);
            } else {
                const bool isShort = (tag & 3) == 1;
                count = isShort ? (rest & 7) + 4 : count;
                const quint64 back = isShort ? quint64(tag >> 5) << 8 | number : number;
                if (back == 0 || back > made)
                    return damaged(
                        QStringLiteral("it repeats what is %1 bytes before, after %2").arg(back).arg(made));
            }
            if (count > size - made)
                return damaged(
                    QStringLiteral("it goes beyond the %1 bytes that it tells in front").arg(size));
            made += count;
        }
        if (made == size)
            return {m_bytes.size(), QStringLiteral("not snappy, or damaged")};
        return {m_bytes.size(),
                QStringLiteral("the snappy data ends after %1 of %2 bytes").arg(made).arg(size)};
    }

private:
    static constexpr quint64 LongLiteral = 60; // and above: the length follows, in 1 to 4 bytes

    quint64 littleEndian(int count)
    {
        quint64 number = 0;
        for (int i = 0; i < count; ++i)
            number |= quint64(quint8(m_bytes[m_at++])) << 8 * i;
        return number;
    }
    // A varint, as the library has read it already.
    quint64 length()
    {
        quint64 number = 0;
        for (int shift = 0; m_at < m_bytes.size(); shift += 7) {
            const auto byte = quint8(m_bytes[m_at++]);
            number |= quint64(byte & 0x7f) << shift;
            if (byte < 0x80)
                break;
        }
        return number;
    }

    QByteArrayView m_bytes;
    qsizetype m_at = 0;
};

} // namespace

qint64 inflatedLimit(qsizetype compressedSize)
{
    constexpr qint64 Largest = 64 * Mebibyte;
    constexpr qint64 Multiple = 200;
    return compressedSize >= Largest / Multiple ? Largest : Mebibyte + Multiple * compressedSize;
}

Expected<QByteArray, DecodeError> inflateZlib(QByteArrayView compressed)
{
    const qint64 limit = inflatedLimit(compressed.size());
    std::array<char, 32 * 1024> part; // NOLINT(cppcoreguidelines-pro-type-member-init): zlib fills it
    Inflater inflater(compressed);
    int state = Z_OK;
    while (state == Z_OK && inflater.bytesOut() <= limit)
        state = inflater.fill(part.data(), qsizetype(part.size()));
    if (inflater.bytesOut() > limit)
        return tooLarge(inflater.bytesIn(), limit);
    switch (state) {
    case Z_STREAM_END:
        break;
    case Z_BUF_ERROR:
        return failure(compressed.size(), QStringLiteral("the zlib stream ends too early"));
    case Z_NEED_DICT:
        return failure(inflater.bytesIn(), QStringLiteral("the zlib stream needs a dictionary"));
    case Z_MEM_ERROR:
        return failure(-1, QStringLiteral("not enough memory"));
    default:
        // Its head is two bytes.
        return failure(inflater.bytesIn(),
                       (inflater.bytesIn() <= 2 ? QStringLiteral("not a zlib stream: %1")
                                                : QStringLiteral("the zlib stream is damaged: %1"))
                           .arg(inflater.message()));
    }
    if (inflater.unread() > 0)
        return failure(inflater.bytesIn(),
                       QStringLiteral("%1 bytes follow the zlib stream").arg(inflater.unread()));
    const qint64 size = inflater.bytesOut();
    if (size <= qint64(part.size()))
        return QByteArray(part.data(), qsizetype(size));
    QByteArray out(qsizetype(size), Qt::Uninitialized);
    Inflater again(compressed);
    if (again.fill(out.data(), out.size()) != Z_STREAM_END)
        return failure(-1, QStringLiteral("not enough memory"));
    return out;
}

Expected<QByteArray, DecodeError> inflateSnappy(QByteArrayView compressed)
{
    const auto length = size_t(compressed.size());
    size_t size = 0;
    if (snappy_uncompressed_length(compressed.data(), length, &size) != SNAPPY_OK)
        return failure(0, QStringLiteral("not snappy: there is no length in front"));
    const qint64 limit = inflatedLimit(compressed.size());
    if (size > size_t(limit))
        return tooLarge(0, limit);
    if (snappy_validate_compressed_buffer(compressed.data(), length) != SNAPPY_OK)
        return Unexpected {SnappyCheck(compressed).fault()};
    QByteArray out(qsizetype(size), Qt::Uninitialized);
    if (snappy_uncompress(compressed.data(), length, out.data(), &size) != SNAPPY_OK)
        return Unexpected {SnappyCheck(compressed).fault()};
    return out;
}

QByteArray compressZlib(QByteArrayView bytes, QByteArrayView like)
{
    if (like.size() >= 2 && (quint8(like[0]) & 0x0f) == Z_DEFLATED) {
        if (const auto original = inflateZlib(like)) {
            const std::vector<Settings> all = candidates(like);
            const auto found = std::find_if(all.begin(), all.end(), [&](const Settings &settings) {
                return reproduces(*original, settings, like);
            });
            return deflated(bytes, found == all.end() ? all.front() : *found);
        }
    }
    return deflated(bytes, {});
}

QByteArray compressSnappy(QByteArrayView bytes)
{
    size_t size = snappy_max_compressed_length(size_t(bytes.size()));
    QByteArray out(qsizetype(size), Qt::Uninitialized);
    // It fails only where there is too little space.
    if (snappy_compress(bytes.data(), size_t(bytes.size()), out.data(), &size) != SNAPPY_OK)
        return {};
    out.truncate(qsizetype(size));
    return out;
}

} // namespace slotscope::core
