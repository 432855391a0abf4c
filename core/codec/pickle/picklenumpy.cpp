// SPDX-License-Identifier: GPL-3.0-or-later
//
// Scalars of numpy: a description of their type, and their bytes.
#include "core/codec/pickle/picklenumpy.h"

#include "core/codec/pickle/pickleclasses.h"
#include "core/codec/pickle/picklescalars.h"

#include <QFloat16>
#include <QHash>
#include <QtEndian>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace slotscope::core::pickle {

namespace {

constexpr size_t StateSizeAt = 5; // of the bytes of a scalar, in the state of its type

std::optional<ScalarType> scalarTypeOf(const KnownCall &call)
{
    if (!hasOnlyArguments(call) || call.arguments.size() != 2)
        return std::nullopt;
    const Value &described = call.arguments[0];
    const Value *arguments = described.find(u"args");
    const Value *state = described.find(u"state");
    if (described.toText() != QLatin1String("numpy.dtype") || !arguments || arguments->items().empty()
        || !state || state->items().size() < 2)
        return std::nullopt;
    if (!isHarmless(*arguments) || !isHarmless(*state) || described.find(u"kwargs")
        || described.find(u"items") || described.find(u"pairs"))
        return std::nullopt;
    const QString &name = arguments->items()[0].toText();
    bool isSized = false;
    const qsizetype size = name.size() < 2 ? 0 : QStringView(name).sliced(1).toInt(&isSized);
    if (!isSized || size < 0)
        return std::nullopt;
    ScalarType type {name[0].toLatin1(), size, state->items()[1].toText() == QLatin1String(">")};
    const ValueList &unit = state->items().back().items(); // ({}, (b"ns", 1, 1, 1))
    if (unit.size() == 2 && unit[1].items().size() >= 2) {
        type.unit = QString::fromLatin1(rawBytes(unit[1].items()[0]).value_or(QByteArray()));
        type.step = unit[1].items()[1].toInt64().value_or(0);
    }
    const bool isTime = type.kind == 'M' || type.kind == 'm';
    return isTime && (type.unit.isEmpty() || type.step < 1) ? std::nullopt : std::optional(type);
}

template <typename T>
T numberIn(QByteArrayView bytes, bool bigEndian)
{
    return bigEndian ? qFromBigEndian<T>(bytes.data()) : qFromLittleEndian<T>(bytes.data());
}

template <typename T>
QByteArray bytesFrom(T number, bool bigEndian)
{
    QByteArray bytes(sizeof number, '\0');
    if (bigEndian)
        qToBigEndian(number, bytes.data());
    else
        qToLittleEndian(number, bytes.data());
    return bytes;
}

std::optional<double> floatIn(QByteArrayView bytes, bool bigEndian)
{
    switch (bytes.size()) {
    case 8:
        return numberIn<double>(bytes, bigEndian);
    case 4:
        return double(numberIn<float>(bytes, bigEndian));
    case 2: {
        const auto bits = numberIn<quint16>(bytes, bigEndian);
        qfloat16 half;
        std::memcpy(static_cast<void *>(&half), &bits, sizeof bits);
        return double(float(half));
    }
    default:
        return std::nullopt;
    }
}

// Only where it is exact: another number would be read than was meant.
std::optional<QByteArray> floatBytes(double number, qsizetype size, bool bigEndian)
{
    QByteArray bytes;
    if (size == 8) {
        bytes = bytesFrom(number, bigEndian);
    } else if (size == 4) {
        bytes = bytesFrom(float(number), bigEndian);
    } else if (size == 2) {
        const qfloat16 half {float(number)};
        quint16 bits = 0;
        std::memcpy(&bits, &half, sizeof bits);
        bytes = bytesFrom(bits, bigEndian);
    } else {
        return std::nullopt;
    }
    const double read = *floatIn(bytes, bigEndian);
    return read == number || (std::isnan(read) && std::isnan(number)) ? std::optional(bytes) : std::nullopt;
}

Value integerIn(QByteArray bytes, const ScalarType &type)
{
    if (type.bigEndian)
        std::reverse(bytes.begin(), bytes.end());
    if (type.kind == 'u')
        bytes += '\0';
    return integerFromTwosComplement(bytes).value_or(Value());
}

std::optional<QByteArray> integerBytes(const Value &number, const ScalarType &type)
{
    const auto shortest = twosComplement(number.integerText());
    if (number.kind() != Value::Kind::Integer || !shortest)
        return std::nullopt;
    const bool negative = number.integerText().startsWith(u'-');
    QByteArray bytes = *shortest;
    if (type.kind == 'u' && bytes.endsWith('\0'))
        bytes.chop(1);
    if (bytes.size() > type.size || (negative && type.kind == 'u'))
        return std::nullopt;
    bytes = bytes.leftJustified(type.size, negative ? '\xff' : '\0');
    if (type.bigEndian)
        std::reverse(bytes.begin(), bytes.end());
    return bytes;
}

Outcome complexIn(QByteArrayView bytes, bool bigEndian)
{
    const qsizetype half = bytes.size() / 2;
    const auto real = floatIn(bytes.first(half), bigEndian);
    const auto imaginary = floatIn(bytes.sliced(half), bigEndian);
    if (half < 4 || !real || !imaginary)
        return std::nullopt;
    return unnamed(QStringLiteral("complex"),
                   Value::array({Value::number(*real), Value::number(*imaginary)}));
}

std::optional<QByteArray> complexBytes(const Value &now, const ScalarType &type)
{
    const auto call = makeComplex(now, {});
    if (!call)
        return std::nullopt;
    QByteArray bytes;
    for (const Value &part : call->arguments) {
        const auto half = floatBytes(part.toDouble(), type.size / 2, type.bigEndian);
        if (!half)
            return std::nullopt;
        bytes += *half;
    }
    return bytes;
}

// numpy fills texts and bytes up with zeros.
Outcome textIn(QByteArrayView bytes, bool bigEndian)
{
    QString text;
    for (qsizetype at = 0; at < bytes.size(); at += CodepointSize) {
        const auto code = numberIn<quint32>(bytes.sliced(at, CodepointSize), bigEndian);
        if (code > 0x10ffff)
            return std::nullopt;
        text += QStringView(QChar::fromUcs4(code));
    }
    while (text.endsWith(QChar(0)))
        text.chop(1);
    return Value::text(text);
}

std::optional<QByteArray> textBytes(const Value &now, bool bigEndian)
{
    const QString &text = now.toText();
    if (now.kind() != Value::Kind::Text || text.endsWith(QChar(0)))
        return std::nullopt;
    QByteArray bytes;
    for (qsizetype i = 0; i < text.size(); ++i) {
        quint32 code = text[i].unicode();
        if (text[i].isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate()) {
            code = QChar::surrogateToUcs4(text[i], text[i + 1]);
            ++i;
        }
        bytes += bytesFrom(code, bigEndian);
    }
    return bytes;
}

Value bytesIn(QByteArray bytes)
{
    while (bytes.endsWith('\0'))
        bytes.chop(1);
    return Value::bytes(bytes);
}

std::optional<QByteArray> plainBytes(const Value &now)
{
    const bool isPlain = now.kind() == Value::Kind::Bytes && !(now.style().flags & Value::OtherType);
    return isPlain && !now.toBytes().endsWith('\0') ? std::optional(now.toBytes()) : std::nullopt;
}

std::optional<QByteArray> countBytes(const std::optional<qint64> &count, bool bigEndian)
{
    return count ? std::optional(bytesFrom(*count, bigEndian)) : std::nullopt;
}

std::optional<QByteArray> scalarBytes(const Value &now, const ScalarType &type)
{
    switch (type.kind) {
    case 'b':
        return now.kind() == Value::Kind::Bool ? std::optional(QByteArray(1, now.toBool() ? '\1' : '\0'))
                                               : std::nullopt;
    case 'f':
        return now.kind() == Value::Kind::Float ? floatBytes(now.toDouble(), type.size, type.bigEndian)
                                                : std::nullopt;
    case 'c':
        return complexBytes(now, type);
    case 'i':
    case 'u':
        return integerBytes(now, type);
    case 'M':
        return countBytes(momentCount(now, type), type.bigEndian);
    case 'm':
        return countBytes(spanCount(now, type), type.bigEndian);
    case 'U':
        return textBytes(now, type.bigEndian);
    case 'S':
        return plainBytes(now);
    default:
        return std::nullopt;
    }
}

// Of another size: `U3` and the bytes of it in the state.
std::optional<Value> resized(const Value &described, const ScalarType &type, qsizetype bytes)
{
    MemberList members = described.members();
    for (Member &member : members) {
        ValueList items = member.value.items();
        if (member.key.toText() == QLatin1String("args")) {
            const qsizetype size = type.kind == 'U' ? bytes / CodepointSize : bytes;
            items[0] = Value::text(QLatin1Char(type.kind) + QString::number(size));
            member.value = Value::array(std::move(items));
        } else if (member.key.toText() == QLatin1String("state")) {
            if (items.size() <= StateSizeAt || items[StateSizeAt].toInt64() != type.bytes())
                return std::nullopt;
            items[StateSizeAt] = Value::integer(bytes);
            member.value = Value::tuple(std::move(items));
        }
    }
    return Value::opaque(described.toText(), std::move(members));
}

} // namespace

Outcome readNumpyScalar(const KnownCall &call)
{
    const auto type = scalarTypeOf(call);
    const auto bytes = type ? rawBytes(call.arguments[1]) : std::nullopt;
    if (!bytes || bytes->size() != type->bytes())
        return std::nullopt;
    switch (type->kind) {
    case 'b':
        return type->size == 1 ? Outcome(Value::boolean((*bytes)[0] != 0)) : std::nullopt;
    case 'f': {
        const auto number = floatIn(*bytes, type->bigEndian);
        return number ? Outcome(Value::number(*number)) : std::nullopt;
    }
    case 'c':
        return complexIn(*bytes, type->bigEndian);
    case 'i':
    case 'u':
        return type->size <= 8 ? Outcome(integerIn(*bytes, *type)) : std::nullopt;
    case 'M':
    case 'm': {
        if (type->size != 8)
            return std::nullopt;
        const auto count = numberIn<qint64>(*bytes, type->bigEndian);
        return type->kind == 'M' ? momentIn(count, *type) : spanIn(count, *type);
    }
    case 'U':
        return textIn(*bytes, type->bigEndian);
    case 'S':
        return bytesIn(*bytes);
    default:
        return std::nullopt;
    }
}

Remade makeNumpyScalar(const Value &now, const KnownCall &before)
{
    const auto type = scalarTypeOf(before);
    auto bytes = type ? scalarBytes(now, *type) : std::nullopt;
    if (!bytes)
        return std::nullopt;
    KnownCall call = before;
    if (bytes->size() > type->bytes()) {
        auto described = resized(before.arguments[0], *type, bytes->size());
        if (!described)
            return std::nullopt;
        call.arguments[0] = *std::move(described);
    } else {
        *bytes = bytes->leftJustified(type->bytes(), '\0');
    }
    return withArgument(std::move(call), 1, Value::bytes(*std::move(bytes)));
}

Remade makeNumpyType(const Value &now, const KnownCall &before)
{
    const Value *arguments = now.find(u"args");
    const Value *state = now.find(u"state");
    if (now.toText() != before.name || !arguments || !state || !before.state || before.keywords)
        return std::nullopt;
    KnownCall call = before;
    call.arguments = arguments->items();
    call.state = *state;
    return call;
}

QString numpyWords(const KnownCall &call)
{
    const auto type = scalarTypeOf(call);
    static const QHash<char, QString> names {
        {'f', QStringLiteral("float%1")},    {'c', QStringLiteral("complex%1")},
        {'i', QStringLiteral("int%1")},      {'u', QStringLiteral("uint%1")},
        {'M', QStringLiteral("datetime%1")}, {'m', QStringLiteral("timedelta%1")},
    };
    if (!type || !names.contains(type->kind))
        return {};
    const QString name = names.value(type->kind).arg(type->size * 8);
    return QStringLiteral("a %1 of numpy")
        .arg(type->unit.isEmpty() ? name : name + u'[' + type->unitText() + u']');
}

} // namespace slotscope::core::pickle
