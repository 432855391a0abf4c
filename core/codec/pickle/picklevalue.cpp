// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/pickle/picklevalue.h"

#include "core/codec/codec.h"
#include "core/codec/pickle/pickleknown.h"

#include <unordered_map>

namespace slotscope::core::pickle {

namespace {

class Builder
{
public:
    Builder(const Program &program, qsizetype inputSize, Meaning meaning)
        : m_program(program)
        , m_meaning(meaning)
        , m_budget(16384 + 8 * inputSize)
    {
    }

    Value build()
    {
        Value root = node(m_program.root);
        Value::Style style = root.style();
        style.flags |= PickleStyle;
        style.spelling = QByteArray::number(m_program.protocol);
        return std::move(root).withStyle(std::move(style));
    }

private:
    struct Finished
    {
        Value value;
        qint64 nodes = 0;
    };

    const Object &object(Handle handle) const { return m_program.heap[handle]; }

    Value identified(Value value, Handle handle) const
    {
        if (!object(handle).shared || handle > IdentityMask)
            return value;
        Value::Style style = value.style();
        style.flags |= PickleStyle | handle;
        return std::move(value).withStyle(std::move(style));
    }

    Value node(Handle handle)
    {
        const Object &source = object(handle);
        // Long texts count for more, as every place that one stands in shows it anew.
        constexpr qint64 BytesPerNode = 8;
        m_nodes += 1 + source.scalar.source().length / BytesPerNode;
        if (source.kind == Kind::Scalar) {
            if (!source.shared)
                return source.scalar;
            if (m_nodes > m_budget)
                return cut();
            // One node for all places, so that comparing them takes no time.
            return m_finished.try_emplace(handle, Finished {identified(source.scalar, handle), 0})
                .first->second.value;
        }
        if (source.kind == Kind::Global)
            return unnamed(QStringLiteral("global"), source.scalar);
        if (source.kind == Kind::Buffer)
            return Value::opaque(
                {},
                {{Value::text(QStringLiteral("buffer")), source.scalar},
                 {Value::text(QStringLiteral("readonly")), Value::boolean(source.readOnly)}});

        for (size_t level = 0; source.shared && level < m_open.size(); ++level) {
            if (m_open[level] == handle) {
                m_lowestReference = std::min(m_lowestReference, level);
                return unnamed(QStringLiteral("ref"), Value::integer(qint64(level)));
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

    static Value cut(const QString &why = QStringLiteral("in too many places to show them all"))
    {
        return unnamed(QStringLiteral("cut"), Value::text(why));
    }

    ValueList list(const std::vector<Handle> &handles)
    {
        ValueList items;
        items.reserve(handles.size());
        for (const Handle handle : handles)
            items.push_back(node(handle));
        return items;
    }

    MemberList members(const std::vector<Handle> &handles)
    {
        MemberList members;
        members.reserve(handles.size() / 2);
        for (size_t i = 0; i + 1 < handles.size(); i += 2) {
            Value key = node(handles[i]);
            members.push_back({std::move(key), node(handles[i + 1])});
        }
        return members;
    }

    Value container(const Object &source)
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

    Value foreign(const Object &source)
    {
        const Parts &parts = *source.parts;
        MemberList shown;
        const auto add = [&shown](const char *name, Value value) {
            shown.push_back({Value::text(QString::fromLatin1(name)), std::move(value)});
        };
        KnownCall call;
        if (source.kind == Kind::Persistent) {
            add("persistent_id", node(source.items.front()));
        } else if (source.kind == Kind::Extension) {
            add("extension", source.scalar);
        } else {
            if (object(parts.callee).kind == Kind::Global)
                call.name = object(parts.callee).scalar.toText();
            else
                add("call", node(parts.callee));
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
        const QString name = call.name;
        if (m_meaning == Meaning::Interpreted && !name.isEmpty()) {
            // As Python 2 called it, and as protocols 0 to 2 still do.
            if (call.name.startsWith(QLatin1String("__builtin__.")))
                call.name.replace(0, 11, QStringLiteral("builtins"));
            if (call.name.startsWith(QLatin1String("copy_reg.")))
                call.name.replace(0, 8, QStringLiteral("copyreg"));
            if (auto meaning = meaningOf(call))
                return *std::move(meaning);
        }
        return Value::opaque(name, std::move(shown));
    }

    const Program &m_program;
    Meaning m_meaning;
    qint64 m_budget;
    qint64 m_nodes = 0;
    size_t m_lowestReference = 0;
    std::vector<Handle> m_open;
    std::unordered_map<Handle, Finished> m_finished;
};

} // namespace

Value toValue(const Program &program, qsizetype inputSize, Meaning meaning)
{
    return Builder(program, inputSize, meaning).build();
}

} // namespace slotscope::core::pickle
