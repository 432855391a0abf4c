// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/pickle/picklevalue.h"

#include "core/codec/codec.h"

#include <QHashFunctions>

namespace slotscope::core::pickle {

namespace {

Value cut(const QString &why = QStringLiteral("in too many places to show them all"))
{
    return unnamed(QStringLiteral("cut"), Value::text(why));
}

// As Python 3 calls it, whatever Python 2 called it and protocols 0 to 2 still do.
QString newName(QString name)
{
    if (name.startsWith(QLatin1String("__builtin__.")))
        name.replace(0, 11, QStringLiteral("builtins"));
    if (name.startsWith(QLatin1String("copy_reg.")))
        name.replace(0, 8, QStringLiteral("copyreg"));
    return name;
}

// Of a method that is called, which was taken from its class by getattr().
QString methodName(const Value &callee)
{
    const Value *name = unnamedContent(callee, QLatin1String("global"));
    return name ? newName(name->toText()) : QString();
}

} // namespace

QByteArray tagOf(QByteArrayView pickle)
{
    const size_t hash = qHashBits(pickle.data(), size_t(pickle.size()));
    return QByteArray(reinterpret_cast<const char *>(&hash), sizeof hash);
}

Handle identityOf(const Value &value, const QByteArray &tag)
{
    const Value::Style &style = value.style();
    if (!(style.flags & PickleStyle) || (style.flags & (RootStyle | ProtocolStyle)) || style.spelling != tag)
        return 0;
    return style.flags & IdentityMask;
}

ValueBuilder::ValueBuilder(const Program &program, qsizetype inputSize, Meaning meaning, QByteArray tag)
    : m_program(program)
    , m_meaning(meaning)
    , m_tag(std::move(tag))
    , m_budget(16384 + 8 * inputSize)
{
}

Value ValueBuilder::identified(Value value, Handle handle) const
{
    const Object &source = object(handle);
    const bool needed = source.shared || source.isOldString || source.parts || source.kind == Kind::Buffer;
    if (!needed || handle > IdentityMask || m_meaning == Meaning::Verbatim)
        return value;
    Value::Style style = value.style();
    style.flags |= PickleStyle | handle;
    style.spelling = m_tag;
    return std::move(value).withStyle(std::move(style));
}

Value ValueBuilder::scalar(Handle handle)
{
    const Object &source = object(handle);
    if (!source.shared)
        return source.isOldString ? identified(source.scalar, handle) : source.scalar;
    if (m_nodes > m_budget)
        return cut();
    // One node for all places, so that comparing them takes no time.
    return m_finished.try_emplace(handle, Finished {identified(source.scalar, handle), 0})
        .first->second.value;
}

Value ValueBuilder::node(Handle handle)
{
    const Object &source = object(handle);
    // Long texts count for more, as every place that one stands in shows it anew.
    constexpr qint64 BytesPerNode = 8;
    m_nodes += 1 + source.scalar.source().length / BytesPerNode;
    if (source.kind == Kind::Scalar)
        return scalar(handle);
    if (source.kind == Kind::Global)
        return unnamed(QStringLiteral("global"), source.scalar);
    if (source.kind == Kind::Buffer)
        return identified(
            Value::opaque({},
                          {{Value::text(QStringLiteral("buffer")), source.scalar},
                           {Value::text(QStringLiteral("readonly")), Value::boolean(source.readOnly)}}),
            handle);

    for (size_t level = 0; source.shared && level < m_open.size(); ++level) {
        if (m_open[level] == handle) {
            m_lowestReference = std::min(m_lowestReference, level);
            return identified(unnamed(QStringLiteral("ref"), Value::integer(qint64(level))), handle);
        }
    }
    if (const auto found = m_finished.find(handle); found != m_finished.end()) {
        if (m_nodes + found->second.nodes <= m_budget) {
            m_nodes += found->second.nodes;
            return found->second.value;
        }
        return cut();
    }
    if (m_nodes > m_budget)
        return cut();
    if (m_open.size() >= size_t(MaximumDepth))
        return cut(QStringLiteral("nested deeper than %1 levels").arg(MaximumDepth));

    const qint64 before = m_nodes;
    const size_t outside = std::exchange(m_lowestReference, m_open.size());
    m_open.push_back(handle);
    Value value = identified(container(source), handle);
    m_open.pop_back();
    // One that refers to a level around it looks otherwise elsewhere.
    if (source.shared && m_lowestReference >= m_open.size())
        m_finished.insert({handle, {value, m_nodes - before}});
    m_lowestReference = std::min(outside, m_lowestReference);
    return value;
}

ValueList ValueBuilder::list(const std::vector<Handle> &handles)
{
    ValueList items;
    items.reserve(handles.size());
    for (const Handle handle : handles)
        items.push_back(node(handle));
    return items;
}

MemberList ValueBuilder::members(const std::vector<Handle> &handles)
{
    MemberList members;
    members.reserve(handles.size() / 2);
    for (size_t i = 0; i + 1 < handles.size(); i += 2) {
        Value key = node(handles[i]);
        members.push_back({std::move(key), node(handles[i + 1])});
    }
    return members;
}

Value ValueBuilder::container(const Object &source)
{
    switch (source.kind) {
    case Kind::List:
        return Value::array(list(source.items));
    case Kind::Tuple:
        return Value::tuple(list(source.items));
    case Kind::Set:
        return Value::set(list(source.items));
    case Kind::FrozenSet:
        return Value::set(list(source.items)).withStyle({Value::OtherType, {}});
    case Kind::Dict:
        return Value::map(members(source.items));
    default:
        return foreign(source);
    }
}

KnownCall ValueBuilder::callOf(Handle handle)
{
    const Parts &parts = *object(handle).parts;
    KnownCall call;
    call.name = object(parts.callee).kind == Kind::Global ? newName(object(parts.callee).scalar.toText())
                                                          : methodName(node(parts.callee));
    call.arguments = list(parts.arguments);
    call.keywords = parts.keywords.has_value();
    if (parts.state)
        call.state = node(*parts.state);
    call.items = list(parts.items);
    call.pairs = members(parts.pairs);
    return call;
}

Value ValueBuilder::foreign(const Object &source)
{
    const Parts &parts = *source.parts;
    MemberList shown;
    const auto add = [&shown](const char *name, Value value) {
        shown.push_back({Value::text(QString::fromLatin1(name)), std::move(value)});
    };
    KnownCall call;
    QString name;
    if (source.kind == Kind::Persistent) {
        add("persistent_id", node(source.items.front()));
    } else if (source.kind == Kind::Extension) {
        add("extension", source.scalar);
    } else {
        if (object(parts.callee).kind == Kind::Global) {
            name = object(parts.callee).scalar.toText();
            call.name = newName(name);
        } else {
            const Value callee = node(parts.callee);
            call.name = methodName(callee);
            add("call", callee);
        }
        add("via", Value::text(QString::fromLatin1(parts.via)));
        call.arguments = list(parts.arguments);
        add("args", Value::array(call.arguments));
    }
    if (parts.keywords) {
        call.keywords = true;
        add("kwargs", node(*parts.keywords));
    }
    if (parts.state) {
        call.state = node(*parts.state);
        add("state", *call.state);
    }
    if (!parts.items.empty()) {
        call.items = list(parts.items);
        add("items", Value::array(call.items));
    }
    if (!parts.pairs.empty()) {
        call.pairs = members(parts.pairs);
        ValueList pairs;
        for (const Member &member : call.pairs)
            pairs.push_back(Value::array({member.key, member.value}));
        add("pairs", Value::array(std::move(pairs)));
    }
    if (m_meaning == Meaning::Interpreted && !call.name.isEmpty()) {
        if (auto meaning = meaningOf(call))
            return *std::move(meaning);
    }
    return Value::opaque(name, std::move(shown));
}

} // namespace slotscope::core::pickle
