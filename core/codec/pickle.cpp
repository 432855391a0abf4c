// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/pickle.h"

#include "core/codec/pickle/pickleforeign.h"
#include "core/codec/pickle/picklemachine.h"
#include "core/codec/pickle/picklerewriter.h"
#include "core/codec/pickle/picklevalue.h"
#include "core/value/opaqueform.h"

#include <QtEndian>

#include <algorithm>

namespace slotscope::core {

namespace {

using pickle::Meaning;
using Buffers = std::vector<QByteArrayView>;

constexpr int UsualProtocol = 2; // of zlmdb's Pickle
constexpr int UsualProtocol5 = 5;

// A pickle and its out-of-band buffers, in the value that they were found in.
struct Parts
{
    QByteArrayView whole;
    QByteArrayView pickle;
    Buffers buffers {};
    qsizetype offset = 0;
};

Expected<Parts, DecodeError> partsOf(QByteArrayView bytes, bool sections)
{
    constexpr qsizetype Head = 4;
    Parts parts {bytes, bytes};
    if (!sections)
        return parts;
    // Each behind its length.
    Buffers found;
    for (qsizetype at = 0; at < bytes.size() || found.empty();) {
        if (bytes.size() - at < Head)
            return Unexpected {DecodeError {at, QStringLiteral("a length of 4 bytes should follow")}};
        const auto size = qFromBigEndian<quint32>(bytes.data() + at);
        at += Head;
        if (size > quint64(bytes.size() - at))
            return Unexpected {DecodeError {
                at,
                QStringLiteral("%1 bytes should follow, but there are %2").arg(size).arg(bytes.size() - at)}};
        found.push_back(bytes.sliced(at, qsizetype(size)));
        at += qsizetype(size);
    }
    parts.pickle = found.front();
    parts.offset = Head;
    parts.buffers.assign(found.begin() + 1, found.end());
    return parts;
}

QByteArray joined(const QByteArray &pickle, const QByteArrayList &buffers)
{
    QByteArray out;
    const auto append = [&out](const QByteArray &section) {
        QByteArray head(4, '\0');
        qToBigEndian(quint32(section.size()), head.data());
        out += head + section;
    };
    append(pickle);
    for (const QByteArray &buffer : buffers)
        append(buffer);
    return out;
}

// So that the codec writes it back as it was.
Value withOrigin(Value value, quint32 flags, QByteArray spelling)
{
    Value::Style style = value.style();
    style.flags |= PickleStyle | flags;
    style.spelling = std::move(spelling);
    return std::move(value).withStyle(std::move(style));
}

Expected<Value, DecodeError> decoded(QByteArrayView bytes, bool sections, Meaning meaning)
{
    const auto parts = partsOf(bytes, sections);
    if (!parts)
        return Unexpected {parts.error()};
    const QByteArrayView pickled = parts->pickle;
    const auto program = pickle::run(pickled, parts->buffers, parts->offset);
    if (!program)
        return Unexpected {program.error()};
    Value value =
        pickle::ValueBuilder(*program, pickled.size(), meaning, pickle::tagOf(pickled)).node(program->root);
    if (meaning == Meaning::Interpreted)
        value = withOrigin(std::move(value), pickle::RootStyle, bytes.toByteArray());
    if (program->size == pickled.size())
        return value;
    return Unexpected {DecodeError {
        parts->offset + program->size,
        QStringLiteral("%1 bytes follow the pickle").arg(pickled.size() - program->size), std::move(value)}};
}

bool isCut(const Value &value)
{
    const auto holds = [](const Member &member) { return isCut(member.key) || isCut(member.value); };
    return pickle::unnamedContent(value, QLatin1String("cut"))
        || std::any_of(value.items().begin(), value.items().end(), isCut)
        || std::any_of(value.members().begin(), value.members().end(), holds);
}

// Why nothing in a value can be edited; empty: something can.
QString foreignness(const Value &root)
{
    const QString belongs = QStringLiteral("it is %1, which only the program that it belongs to can make");
    if (isForeign(root))
        return belongs.arg(root.toText().isEmpty() ? QStringLiteral("an object")
                                                   : QStringLiteral("an object of %1").arg(root.toText()));
    const Value *global = pickle::unnamedContent(root, QLatin1String("global"));
    if (global && !(root.style().flags & PickleStyle))
        return belongs.arg(global->toText());
    return isCut(root) ? QStringLiteral("it is too large to be shown as a whole") : QString();
}

Unexpected<EncodeError> refusal(const QString &why)
{
    return Unexpected {EncodeError {{}, why}};
}

// What was read from `whole`, with changes.
Expected<QByteArray, EncodeError> rewritten(const Value &changed, const QByteArray &whole, bool sections)
{
    const auto parts = partsOf(whole, sections);
    if (!parts)
        return refusal(parts.error().what);
    pickle::Trace trace;
    const auto program = pickle::run(parts->pickle, parts->buffers, parts->offset, &trace);
    if (!program || program->size != parts->pickle.size())
        return refusal(QStringLiteral("it was not read from a whole pickle"));
    const QByteArray tag = pickle::tagOf(parts->pickle);
    const Value original =
        pickle::ValueBuilder(*program, parts->pickle.size(), Meaning::Interpreted, tag).node(program->root);
    if (QString why = foreignness(original); !why.isEmpty())
        return refusal(why);
    if (!trace.isRegular || program->heap.size() > pickle::IdentityMask)
        return refusal(QStringLiteral("it was put together by hand, in a way that no pickler does"));
    if (changed == original)
        return whole;
    const Value value = pickle::withForeignOf({*program, tag, original}, changed);
    QByteArrayList buffers;
    pickle::Rewriter rewriter({*program, trace, parts->pickle, tag, original}, &buffers);
    auto written = rewriter.rewrite(value);
    if (!written)
        return written;
    for (size_t i = program->buffers; i < parts->buffers.size(); ++i)
        buffers += parts->buffers[i].toByteArray();
    if (sections)
        written = joined(*written, buffers);
    // What was meant must be what is read.
    const auto again = decoded(*written, sections, Meaning::Interpreted);
    const Value settled = rewriter.settled(value);
    if (rewriter.changesKeys())
        return refusal(QStringLiteral(
            "the same object stands within a key of a dict or in a set, and would change there too"));
    if (const QString name = rewriter.foreignChange(); !name.isEmpty())
        return refusal(
            QStringLiteral("the same object stands within %1, which only its program can make, and would "
                           "change there too")
                .arg(name));
    if (!again || !(*again == settled))
        return refusal(QStringLiteral("objects that are shared or hold each other cannot be changed so"));
    if (pickle::holdsForeign(settled)) {
        const auto newParts = partsOf(*written, sections);
        const auto newProgram = newParts ? pickle::run(newParts->pickle, newParts->buffers, newParts->offset)
                                         : Unexpected {newParts.error()};
        if (!newProgram)
            return refusal(newProgram.error().what);
        const QString fault = pickle::foreignFault({*program, tag, original}, settled,
                                                   {*newProgram, pickle::tagOf(newParts->pickle), *again});
        if (!fault.isEmpty())
            return refusal(fault);
    }
    return written;
}

Expected<QByteArray, EncodeError> encoded(const Value &value, bool sections)
{
    const Value::Style &style = value.style();
    const bool isOurs = (style.flags & PickleStyle) != 0;
    if (isOurs && (style.flags & pickle::RootStyle))
        return rewritten(value, style.spelling, sections);
    const int protocol = isOurs && (style.flags & pickle::ProtocolStyle)
        ? style.spelling.toInt()
        : (sections ? UsualProtocol5 : UsualProtocol);
    QByteArrayList buffers;
    auto pickled = pickle::Writer(protocol, sections ? &buffers : nullptr).write(value);
    if (!pickled || !sections)
        return pickled;
    return joined(*pickled, buffers);
}

class PickleCodec final : public Codec
{
public:
    explicit PickleCodec(bool sections)
        : m_sections(sections)
    {
    }
    Expected<Value, DecodeError> decode(QByteArrayView bytes) const override
    {
        return decoded(bytes, m_sections, Meaning::Interpreted);
    }
    Expected<QByteArray, EncodeError> encode(const Value &value) const override
    {
        return encoded(value, m_sections);
    }

private:
    bool m_sections;
};

} // namespace

const Codec &pickleCodec()
{
    static const PickleCodec codec(false);
    return codec;
}

const Codec &pickle5Codec()
{
    static const PickleCodec codec(true);
    return codec;
}

Expected<Value, DecodeError> decodePickleVerbatim(QByteArrayView bytes)
{
    return decoded(bytes, false, Meaning::Verbatim);
}

Expected<Value, DecodeError> decodePickle5Verbatim(QByteArrayView bytes)
{
    return decoded(bytes, true, Meaning::Verbatim);
}

Value withPickleOriginOf(const Value &value, const Value &other)
{
    const Value::Style &style = other.style();
    const auto hasOrigin = [](const Value::Style &of) {
        return (of.flags & PickleStyle) && (of.flags & (pickle::RootStyle | pickle::ProtocolStyle));
    };
    if (!hasOrigin(style) || hasOrigin(value.style()))
        return value;
    if (value.kind() == other.kind())
        return withOrigin(value, style.flags & ~Value::OtherType, style.spelling);
    // Something else altogether: of the old one only the protocol stays.
    const bool sections = style.spelling.size() > 1 && style.spelling.front() == '\0';
    const auto parts = partsOf(style.spelling, sections);
    const auto program = parts ? pickle::run(parts->pickle, parts->buffers) : Unexpected {parts.error()};
    return program ? withOrigin(value, pickle::ProtocolStyle, QByteArray::number(program->protocol)) : value;
}

} // namespace slotscope::core
