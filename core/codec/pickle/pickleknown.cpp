// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/pickle/pickleknown.h"

#include "core/codec/pickle/pickleclasses.h"

#include <QHash>
#include <QStringList>

#include <algorithm>

namespace slotscope::core::pickle {

namespace {

bool isLatin1(const Value &text)
{
    return text.kind() == Value::Kind::Text
        && std::all_of(text.toText().begin(), text.toText().end(),
                       [](QChar c) { return c.unicode() <= 0xff; });
}

bool isLatin1Name(const Value &value)
{
    return value.toText() == QLatin1String("latin1") || value.toText() == QLatin1String("latin-1");
}

bool isByteArray(const Value &value)
{
    return (value.style().flags & Value::OtherType) != 0;
}

// bytes below protocol 3: _codecs.encode('text', 'latin1')
Outcome readEncoded(const KnownCall &call)
{
    if (!hasOnlyArguments(call) || call.arguments.size() != 2 || !isLatin1Name(call.arguments[1])
        || !isLatin1(call.arguments[0]))
        return std::nullopt;
    return Value::bytes(call.arguments[0].toText().toLatin1());
}

Remade makeEncoded(const Value &now, const KnownCall &before)
{
    if (now.kind() != Value::Kind::Bytes || isByteArray(now))
        return std::nullopt;
    return withArgument(before, 0, Value::text(QString::fromLatin1(now.toBytes())));
}

Outcome readNoBytes(const KnownCall &call)
{
    return hasOnlyArguments(call) && call.arguments.empty() ? Outcome(Value::bytes({})) : std::nullopt;
}

Remade makeNothing(const Value &, const KnownCall &)
{
    return std::nullopt;
}

Outcome readByteArray(const KnownCall &call)
{
    if (!hasOnlyArguments(call))
        return std::nullopt;
    const auto made = [](QByteArray bytes) {
        return Value::bytes(std::move(bytes)).withStyle({Value::OtherType, {}});
    };
    if (call.arguments.empty())
        return made({});
    if (call.arguments.size() == 1 && isKind(call, 0, Value::Kind::Bytes))
        return made(call.arguments[0].toBytes());
    if (call.arguments.size() == 2 && isLatin1Name(call.arguments[1]) && isLatin1(call.arguments[0]))
        return made(call.arguments[0].toText().toLatin1());
    return std::nullopt;
}

Remade makeByteArray(const Value &now, const KnownCall &before)
{
    if (now.kind() != Value::Kind::Bytes || !isByteArray(now) || before.arguments.empty())
        return std::nullopt;
    return withArgument(before, 0,
                        before.arguments.size() == 1 ? Value::bytes(now.toBytes())
                                                     : Value::text(QString::fromLatin1(now.toBytes())));
}

Outcome readPath(const KnownCall &call)
{
    if (!hasOnlyArguments(call))
        return std::nullopt;
    const bool windows = call.name.contains(QLatin1String("Windows"));
    QString text;
    for (const Value &part : call.arguments) {
        if (part.kind() != Value::Kind::Text)
            return std::nullopt;
        if (!text.isEmpty() && !text.endsWith(u'/') && !text.endsWith(u'\\'))
            text += windows ? u'\\' : u'/';
        text += part.toText();
    }
    return unnamed(QStringLiteral("path"), Value::text(text.isEmpty() ? QStringLiteral(".") : text));
}

Remade makePath(const Value &now, const KnownCall &before)
{
    const Value *content = unnamedContent(now, QLatin1String("path"));
    if (!content || content->kind() != Value::Kind::Text)
        return std::nullopt;
    const QString &text = content->toText();
    KnownCall call = before;
    call.arguments.clear();
    if (before.name.contains(QLatin1String("Windows"))) {
        call.arguments.push_back(Value::text(text));
        return call;
    }
    if (text.startsWith(u'/'))
        call.arguments.push_back(Value::text(QStringLiteral("/")));
    for (const QString &part : text.split(u'/', Qt::SkipEmptyParts)) {
        if (part != QLatin1String("."))
            call.arguments.push_back(Value::text(part));
    }
    return call;
}

// An enumerator, as getattr(Colour, 'GREEN').
Outcome readAttribute(const KnownCall &call)
{
    const Value *owner =
        call.arguments.size() == 2 ? unnamedContent(call.arguments[0], QLatin1String("global")) : nullptr;
    if (!hasOnlyArguments(call) || !owner || !isKind(call, 1, Value::Kind::Text))
        return std::nullopt;
    return unnamed(QStringLiteral("global"),
                   Value::text(owner->toText() + u'.' + call.arguments[1].toText()));
}

Remade makeAttribute(const Value &now, const KnownCall &before)
{
    const Value *name = unnamedContent(now, QLatin1String("global"));
    const Value *owner = unnamedContent(before.arguments[0], QLatin1String("global"));
    const QString start = owner ? owner->toText() + u'.' : QString();
    if (!name || !owner || !name->toText().startsWith(start) || name->toText().size() == start.size()
        || name->toText().indexOf(u'.', start.size()) >= 0)
        return std::nullopt;
    return withArgument(before, 1, Value::text(name->toText().mid(start.size())));
}

template <bool (*Fits)(const ValueList &)>
Outcome readParts(const KnownCall &call)
{
    if (!hasOnlyArguments(call) || call.arguments.size() != 3 || !Fits(call.arguments))
        return std::nullopt;
    return unnamed(call.name.section(u'.', 1) == QLatin1String("slice") ? QStringLiteral("slice")
                                                                        : QStringLiteral("range"),
                   Value::array(call.arguments));
}

template <bool (*Fits)(const ValueList &)>
Remade makeParts(const Value &now, const KnownCall &before)
{
    const Value *parts = unnamedContent(
        now,
        before.name == QLatin1String("builtins.slice") ? QLatin1String("slice") : QLatin1String("range"));
    if (!parts || parts->items().size() != 3 || !Fits(parts->items()))
        return std::nullopt;
    KnownCall call = before;
    call.arguments = parts->items();
    return call;
}

bool areSteps(const ValueList &parts)
{
    return parts[2].toInt64() != 0 && std::all_of(parts.begin(), parts.end(), [](const Value &part) {
               return part.kind() == Value::Kind::Integer;
           });
}
bool areBounds(const ValueList &parts)
{
    return std::none_of(parts.begin(), parts.end(), [](const Value &part) { return part.isContainer(); });
}

struct KnownClass
{
    Outcome (*read)(const KnownCall &) = nullptr;
    Remade (*make)(const Value &, const KnownCall &) = nullptr;
    bool isUsual = true; ///< its values are written as this class when they are new
};

KnownClass classNamed(const QString &name)
{
    static const QHash<QString, KnownClass> classes {
        {QStringLiteral("_codecs.encode"), {readEncoded, makeEncoded}},
        {QStringLiteral("builtins.bytes"), {readNoBytes, makeNothing}},
        {QStringLiteral("builtins.bytearray"), {readByteArray, makeByteArray}},
        {QStringLiteral("builtins.set"), {readSet, makeSet}},
        {QStringLiteral("builtins.frozenset"), {readFrozenSet, makeSet}},
        {QStringLiteral("builtins.complex"), {readComplex, makeComplex}},
        {QStringLiteral("builtins.getattr"), {readAttribute, makeAttribute, false}},
        {QStringLiteral("builtins.range"), {readParts<areSteps>, makeParts<areSteps>}},
        {QStringLiteral("builtins.xrange"), {readParts<areSteps>, makeParts<areSteps>}},
        {QStringLiteral("builtins.slice"), {readParts<areBounds>, makeParts<areBounds>}},
        {QStringLiteral("datetime.datetime"), {readDateTime, makeDateTime}},
        {QStringLiteral("datetime.date"), {readDate, makeDate}},
        {QStringLiteral("datetime.time"), {readTime, makeTime}},
        {QStringLiteral("datetime.timedelta"), {readTimeDelta, makeTimeDelta}},
        {QStringLiteral("datetime.timezone"), {readTimeZone, makeTimeZone}},
        {QStringLiteral("zoneinfo.ZoneInfo"), {readZoneInfo, makeZoneInfo}},
        {QStringLiteral("zoneinfo.ZoneInfo._unpickle"), {readZoneInfo, makeZoneInfo}},
        {QStringLiteral("decimal.Decimal"), {readDecimal, makeDecimal}},
        {QStringLiteral("uuid.UUID"), {readUuid, makeUuid}},
        {QStringLiteral("collections.OrderedDict"), {readDictionary, makeDictionary, false}},
        {QStringLiteral("collections.Counter"), {readDictionary, makeDictionary, false}},
        {QStringLiteral("collections.defaultdict"), {readDefaultDictionary, makeDefaultDictionary, false}},
        {QStringLiteral("collections.deque"), {readDeque, makeDeque, false}},
        {QStringLiteral("fractions.Fraction"), {readFraction, makeFraction}},
        {QStringLiteral("pathlib.PosixPath"), {readPath, makePath}},
        {QStringLiteral("pathlib.PurePosixPath"), {readPath, makePath, false}},
        {QStringLiteral("pathlib.WindowsPath"), {readPath, makePath, false}},
        {QStringLiteral("pathlib.PureWindowsPath"), {readPath, makePath, false}},
        // As Python 3.13 calls them.
        {QStringLiteral("pathlib._local.PosixPath"), {readPath, makePath, false}},
        {QStringLiteral("pathlib._local.PurePosixPath"), {readPath, makePath, false}},
        {QStringLiteral("pathlib._local.WindowsPath"), {readPath, makePath, false}},
        {QStringLiteral("pathlib._local.PureWindowsPath"), {readPath, makePath, false}},
        {QStringLiteral("http.HTTPStatus"), {readEnumMember, makeEnumMember, false}},
        {QStringLiteral("http.HTTPMethod"), {readEnumMember, makeEnumMember, false}},
        {QStringLiteral("uuid.SafeUUID"), {readEnumMember, makeEnumMember, false}},
        {QStringLiteral("numpy.core.multiarray.scalar"), {readNumpyScalar, makeNumpyScalar, false}},
        {QStringLiteral("numpy._core.multiarray.scalar"), {readNumpyScalar, makeNumpyScalar, false}},
        {QStringLiteral("numpy.dtype"), {nullptr, makeNumpyType, false}},
    };
    return classes.value(name);
}

// As protocols 0 and 1 make objects: of the class in front.
std::optional<KnownCall> reconstructed(const KnownCall &call)
{
    if (call.name != QLatin1String("copyreg._reconstructor") || call.arguments.size() != 3)
        return std::nullopt;
    const Value *type = unnamedContent(call.arguments[0], QLatin1String("global"));
    const Value *base = unnamedContent(call.arguments[1], QLatin1String("global"));
    if (!type || !base || !base->toText().endsWith(QLatin1String(".object")) || !call.arguments[2].isNull())
        return std::nullopt;
    KnownCall made = call;
    made.name = type->toText();
    made.arguments.clear();
    return made;
}

} // namespace

bool isHarmless(const Value &hidden)
{
    if (hidden.kind() == Value::Kind::Opaque)
        return unnamedContent(hidden, QLatin1String("global")) != nullptr;
    return std::all_of(hidden.items().begin(), hidden.items().end(), isHarmless)
        && std::all_of(hidden.members().begin(), hidden.members().end(), [](const Member &member) {
               return isHarmless(member.key) && isHarmless(member.value);
           });
}

std::optional<QByteArray> rawBytes(const Value &value)
{
    if (value.kind() == Value::Kind::Bytes)
        return value.toBytes();
    return isLatin1(value) ? std::optional(value.toText().toLatin1()) : std::nullopt;
}

std::optional<Value> meaningOf(const KnownCall &call)
{
    if (const auto made = reconstructed(call))
        return meaningOf(*made);
    const KnownClass known = classNamed(call.name);
    return known.read ? known.read(call) : std::nullopt;
}

std::optional<KnownCall> callMaking(const Value &now, const KnownCall &before)
{
    if (const auto made = reconstructed(before)) {
        const auto changed = callMaking(now, *made);
        if (!changed || !changed->arguments.empty())
            return std::nullopt;
        KnownCall call = before;
        call.state = changed->state;
        call.items = changed->items;
        call.pairs = changed->pairs;
        return call;
    }
    const KnownClass known = classNamed(before.name);
    return known.make ? known.make(now, before) : std::nullopt;
}

bool isUsualCall(const KnownCall &call)
{
    const auto made = reconstructed(call);
    return classNamed(made ? made->name : call.name).isUsual;
}

QString wordsFor(const KnownCall &call)
{
    const QString words = numpyWords(call);
    return words.isEmpty() ? call.name : words;
}

std::optional<KnownCall> newCall(const Value &value)
{
    static const QStringList newOnes {
        QStringLiteral("uuid.UUID"),          QStringLiteral("datetime.datetime"),
        QStringLiteral("datetime.date"),      QStringLiteral("datetime.time"),
        QStringLiteral("datetime.timedelta"), QStringLiteral("datetime.timezone"),
        QStringLiteral("decimal.Decimal"),    QStringLiteral("fractions.Fraction"),
        QStringLiteral("builtins.complex"),   QStringLiteral("builtins.range"),
        QStringLiteral("builtins.slice"),     QStringLiteral("pathlib.PosixPath"),
        QStringLiteral("zoneinfo.ZoneInfo"),
    };
    for (const QString &name : newOnes) {
        if (auto call = classNamed(name).make(value, {name}))
            return call;
    }
    return std::nullopt;
}

Value unnamed(const QString &what, Value content)
{
    return Value::opaque({}, {{Value::text(what), std::move(content)}});
}

const Value *unnamedContent(const Value &value, QLatin1String what)
{
    if (value.kind() != Value::Kind::Opaque || !value.toText().isEmpty() || value.members().size() != 1)
        return nullptr;
    const Member &member = value.members().front();
    return member.key.toText() == what ? &member.value : nullptr;
}

} // namespace slotscope::core::pickle
