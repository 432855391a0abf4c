// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/flatbuffers/flatshaper.h"
#include "core/value/numbertext.h"
#include "core/value/recordstyle.h"

#include <cmath>
#include <limits>

namespace slotscope::core::flat {

namespace {

[[noreturn]] void refuse(const QString &what)
{
    throw Misfit {{}, what};
}

const char *nameOf(Base base)
{
    switch (base) {
    case Base::Bool:
        return "bool";
    case Base::Byte:
        return "byte";
    case Base::Short:
        return "short";
    case Base::UShort:
        return "ushort";
    case Base::Int:
        return "int";
    case Base::UInt:
        return "uint";
    case Base::Long:
        return "long";
    case Base::ULong:
        return "ulong";
    case Base::Float:
        return "float";
    case Base::Double:
        return "double";
    default:
        return "ubyte";
    }
}

// In the range of the type, as the bits that it is stored with.
quint64 checkedBits(Base base, const Value &number)
{
    const bool isSigned =
        base == Base::Byte || base == Base::Short || base == Base::Int || base == Base::Long;
    const int bits = 8 * sizeOf(base);
    if (isSigned) {
        const auto whole = number.toInt64();
        const qint64 most = std::numeric_limits<qint64>::max() >> (64 - bits);
        if (whole && *whole <= most && *whole >= -most - 1)
            return quint64(*whole);
    } else if (const auto whole = number.toUInt64();
               whole && *whole <= std::numeric_limits<quint64>::max() >> (64 - bits)) {
        return *whole;
    }
    refuse(QStringLiteral("%1 does not fit into %2").arg(number.integerText(), QLatin1String(nameOf(base))));
}

const EnumValue &byName(const Enum &enumeration, const QString &name)
{
    QStringList names;
    for (const EnumValue &value : enumeration.values) {
        if (value.name == name)
            return value;
        names += value.name;
    }
    constexpr int MostNames = 20;
    const QString more = names.size() > MostNames ? QStringLiteral(", …") : QString();
    refuse(QStringLiteral("%1 has no value named %2 (it has %3%4)")
               .arg(enumeration.name, name, names.mid(0, MostNames).join(QLatin1String(", ")), more));
}

Value numberOf(const Enum &enumeration, qint64 value)
{
    return enumeration.underlying == Base::ULong ? Value::unsignedInteger(quint64(value))
                                                 : Value::integer(value);
}

// Names with | or commas between them; of bit flags several, with a number for what has no name.
Value namedNumber(const Enum &enumeration, const QString &text)
{
    if (!enumeration.isFlags)
        return numberOf(enumeration, byName(enumeration, text.trimmed()).value);
    quint64 bits = 0;
    QString list = text;
    list.replace(QLatin1Char(','), QLatin1Char('|'));
    for (const QString &part : list.split(QLatin1Char('|'), Qt::SkipEmptyParts)) {
        if (const auto rest = Value::integerFromText(part.trimmed()); rest && rest->toUInt64())
            bits |= *rest->toUInt64();
        else
            bits |= quint64(byName(enumeration, part.trimmed()).value);
    }
    return Value::unsignedInteger(bits);
}

std::optional<Value> wholeNumber(const Value *value)
{
    if (!value)
        return std::nullopt;
    if (value->kind() == Value::Kind::Integer)
        return *value;
    return value->kind() == Value::Kind::Text ? Value::integerFromText(value->toText()) : std::nullopt;
}

// {"enum": name, "value": n}, {"flags": [names], "rest": n, "value": n}: either half will do, but not two
// that differ.
Value numberInNotation(const Enum &enumeration, const Value &object)
{
    const auto number = wholeNumber(object.find(u"value"));
    const Value *name = object.find(u"enum");
    const Value *flags = object.find(u"flags");
    std::optional<Value> named;
    if (name && name->kind() == Value::Kind::Text) {
        named = namedNumber(enumeration, name->toText());
    } else if (flags && flags->kind() == Value::Kind::Array) {
        QStringList names;
        for (const Value &flag : flags->items())
            names += flag.toText();
        if (const auto rest = wholeNumber(object.find(u"rest")))
            names += rest->integerText();
        named = namedNumber(enumeration, names.join(QLatin1Char('|')));
    }
    if (number && named && !(number->integerText() == named->integerText()))
        refuse(QStringLiteral("its name and its value say different things (%1 is %2): leave one of them out")
                   .arg(name ? name->toText() : QStringLiteral("what the flags say"), named->integerText()));
    if (!number && !named)
        refuse(QStringLiteral("neither a name nor a value of %1").arg(enumeration.name));
    return number ? *number : *named;
}

Value shapedFloat(const Type &type, const Value &value)
{
    std::optional<double> number;
    if (value.kind() == Value::Kind::Float || value.kind() == Value::Kind::Integer)
        number = value.toDouble();
    else if (value.kind() == Value::Kind::Text)
        number = floatFromText(value.toText().toUtf8());
    if (!number)
        refuse(QStringLiteral("expected a number"));
    if (std::isnan(*number) && flatKind(value) == FlatNotANumber
        && value.style().spelling.size() == sizeOf(type.base))
        return Value::number(*number).withStyle(value.style());
    if (type.base == Base::Double)
        return Value::number(*number);
    const auto single = float(*number);
    if (std::isfinite(*number) && !std::isfinite(single))
        refuse(QStringLiteral("too large for a float"));
    return Value::number(double(single));
}

} // namespace

Value shapedScalar(const Model &model, const Type &type, const Value &value)
{
    if (type.base == Base::Float || type.base == Base::Double)
        return shapedFloat(type, value);
    if (value.kind() == Value::Kind::Bool) {
        if (type.base != Base::Bool)
            refuse(QStringLiteral("expected a whole number"));
        return Value::boolean(value.toBool());
    }
    std::optional<Value> number = wholeNumber(&value);
    if (!number && type.enumeration >= 0) {
        const Enum &enumeration = model.enums[size_t(type.enumeration)];
        if (value.kind() == Value::Kind::Text)
            number = namedNumber(enumeration, value.toText());
        else if (value.kind() == Value::Kind::Map)
            number = numberInNotation(enumeration, value);
    }
    if (!number)
        refuse(type.base == Base::Bool ? QStringLiteral("expected true or false")
                                       : QStringLiteral("expected a whole number"));
    return scalarValue(model, type, checkedBits(type.base, *number));
}

} // namespace slotscope::core::flat
