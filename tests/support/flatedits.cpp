// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/flatedits.h"

#include "core/codec/flatbuffers/flatmodel.h"
#include "core/value/notation.h"
#include "core/value/recordstyle.h"
#include "core/value/valueedit.h"
#include "core/value/valuetext.h"

#include <cmath>
#include <limits>

namespace slotscope::test {

using namespace core;
using Kind = FlatEdit::Kind;

namespace {

const QLatin1String TypeSuffix("_type");

class Collector
{
public:
    Collector(const Value &root, const flat::Model &model)
        : m_root(root)
    {
        for (const flat::Enum &enumeration : model.enums) {
            QStringList names;
            for (const flat::EnumValue &value : enumeration.values) {
                names += value.name;
                m_enumTexts += value.name;
            }
            if (enumeration.isFlags)
                m_flagTexts += {names.join(QLatin1Char('|')), names.last()};
        }
    }

    void visit(const Value &node, const ValuePath &path, const ValuePath &twin)
    {
        for (const Value &value : candidates(node)) {
            if (!(value == node))
                add(Kind::Set, path, twin, value, replaced(m_root, path, value));
        }
        if (flatKind(node) == FlatTable) {
            table(node, path);
        } else if (node.kind() == Value::Kind::Map) {
            for (const Member &member : node.members())
                visit(member.value, path.child(PathStep::field(member.key.toText())), {});
        } else if (node.kind() == Value::Kind::Array) {
            list(node, path, twin);
        }
    }

    std::vector<FlatEdit> take() { return std::move(m_edits); }

private:
    void add(Kind kind, const ValuePath &path, const ValuePath &twin, std::optional<Value> value,
             const Expected<Value, QString> &result)
    {
        if (result)
            m_edits.push_back({kind, path, twin, std::move(value), *result});
    }

    std::vector<Value> candidates(const Value &node) const
    {
        std::vector<Value> values;
        switch (node.kind()) {
        case Value::Kind::Bool:
            return {Value::boolean(true), Value::boolean(false)};
        case Value::Kind::Integer:
            values = {Value::integer(0),
                      Value::integer(2),
                      Value::integer(77),
                      Value::integer(-7),
                      Value::integer(3),
                      Value::integer(-70'000),
                      Value::unsignedInteger(std::numeric_limits<quint64>::max() - 1)};
            for (const QString &text : flatKind(node) == FlatEnum ? m_enumTexts : m_flagTexts) {
                if (flatKind(node) != 0)
                    values.push_back(Value::text(text));
            }
            return values;
        case Value::Kind::Float:
            return {Value::number(2.5),    Value::number(-0.125),  Value::number(1e30),
                    Value::number(qInf()), Value::number(qQNaN()), Value::integer(3)};
        case Value::Kind::Text: // as long as before, too
            return {Value::text(QStringLiteral("neu: ü \"\\ \u2028")), Value::text({}),
                    Value::text(QString(300, u'y')), Value::text(QString(node.toText().size(), u'z'))};
        case Value::Kind::Bytes:
            return {Value::bytes(QByteArray::fromHex("00ff7f")), Value::bytes({}),
                    Value::bytes(QByteArray(node.toBytes().size(), '\x80'))};
        default:
            return {};
        }
    }

    static std::vector<Value> anything()
    {
        return {Value::boolean(true),
                Value::integer(7),
                Value::integer(-1),
                Value::number(2.5),
                Value::text(QStringLiteral("neu")),
                Value::bytes("ab"),
                Value::map({}),
                Value::array({}),
                Value::array({Value::integer(1), Value::integer(2)}),
                Value::array({Value::text(QStringLiteral("a")), Value::text({})}),
                Value::array({Value::boolean(false), Value::boolean(true)}),
                Value::array({Value::map({}), Value::map({})})};
    }

    void table(const Value &node, const ValuePath &path)
    {
        for (const Member &member : node.members()) {
            const QString name = member.key.toText();
            const ValuePath child = path.child(PathStep::field(name));
            QString other = name + TypeSuffix;
            if (name.endsWith(TypeSuffix))
                other = name.chopped(TypeSuffix.size());
            const ValuePath twin = node.find(other) ? path.child(PathStep::field(other)) : ValuePath();
            if (!isAbsent(member.value)) {
                add(Kind::Remove, child, twin, {}, removed(m_root, child));
                visit(member.value, child, twin);
                // Another member of a union.
                if (node.find(name + TypeSuffix) && member.value.kind() != Value::Kind::Text)
                    add(Kind::Set, child, twin, Value::text(QStringLiteral("neu")),
                        replaced(m_root, child, Value::text(QStringLiteral("neu"))));
                continue;
            }
            for (const Value &value : anything())
                add(Kind::SetAbsent, child, twin, value, replaced(m_root, child, value));
            for (const QString &text : m_enumTexts)
                add(Kind::SetAbsent, child, twin, Value::text(text),
                    replaced(m_root, child, Value::text(text)));
        }
    }

    void list(const Value &node, const ValuePath &path, const ValuePath &twin)
    {
        const auto change = [&](Kind kind, const Expected<Value, QString> &result) {
            if (result)
                add(kind, path, twin, *path.find(*result), result);
        };
        const qsizetype count = childCount(node);
        for (qsizetype i = 0; i < count; ++i) {
            const ValuePath item = path.child(PathStep::item(i));
            const Value &value = node.items()[size_t(i)];
            change(Kind::AddItem, inserted(m_root, path, i == 0 ? 0 : count, value));
            change(Kind::RemoveItem, removed(m_root, item));
            if (i > 0 && !(value == node.items().front()))
                change(Kind::MoveItem, moved(m_root, item, 0));
            // Of a list of unions, the item's type stands in the other list.
            visit(value, item, twin.isEmpty() ? twin : twin.child(PathStep::item(i)));
        }
        if (count == 0) {
            for (const Value &value : anything())
                change(Kind::AddItem, inserted(m_root, path, 0, value));
        }
    }

    const Value &m_root;
    QStringList m_enumTexts;
    QStringList m_flagTexts;
    std::vector<FlatEdit> m_edits;
};

// As the codec reads what was asked for: an enum's name is its number then, {} a table.
bool isFulfilled(const Value &wanted, const Value &got)
{
    if (isAbsent(got))
        return isAbsent(wanted);
    switch (wanted.kind()) {
    case Value::Kind::Integer:
        if (got.kind() == Value::Kind::Bool)
            return wanted.toInt64() == (got.toBool() ? 1 : 0);
        return got.kind() == Value::Kind::Float ? got.toDouble() == wanted.toDouble()
                                                : got.integerText() == wanted.integerText();
    case Value::Kind::Float:
        return std::isnan(wanted.toDouble()) ? std::isnan(got.toDouble())
                                             : float(got.toDouble()) == float(wanted.toDouble());
    case Value::Kind::Text:
        if (flatKind(got) == FlatEnum || flatKind(got) == FlatFlags)
            return QString::fromUtf8(got.style().spelling) == wanted.toText();
        return got == wanted;
    case Value::Kind::Map:
        if (got.kind() != Value::Kind::Map)
            return false;
        for (const Member &member : wanted.members()) {
            const Value *field = got.find(member.key.toText());
            if (!field || !isFulfilled(member.value, *field))
                return false;
        }
        return true;
    case Value::Kind::Array: {
        ValueList items = got.items();
        for (const char byte : got.kind() == Value::Kind::Bytes ? got.toBytes() : QByteArray())
            items.push_back(Value::integer(quint8(byte)));
        if (items.size() != wanted.items().size())
            return false;
        for (size_t i = 0; i < items.size(); ++i) {
            if (!isFulfilled(wanted.items()[i], items[i]))
                return false;
        }
        return got.kind() == Value::Kind::Array || got.kind() == Value::Kind::Bytes;
    }
    case Value::Kind::Bytes: // a text is bytes, too
        return (got.kind() == Value::Kind::Text ? got.toText().toUtf8() : got.toBytes()) == wanted.toBytes();
    default:
        return got == wanted;
    }
}

// Where two trees differ beside the places that may.
std::optional<ValuePath> firstDifference(const Value &before, const Value &after, const ValuePath &path,
                                         const FlatEdit &edit)
{
    if (path == edit.path || (!edit.twin.isEmpty() && path == edit.twin))
        return std::nullopt;
    const auto differs = [&] { return std::optional(path); };
    if (before.kind() != after.kind() || isAbsent(before) != isAbsent(after))
        return differs();
    if (before.kind() == Value::Kind::Map) {
        if (before.members().size() != after.members().size())
            return differs();
        for (const Member &member : before.members()) {
            const QString name = member.key.toText();
            const Value *now = after.find(name);
            if (!now)
                return path.child(PathStep::field(name));
            if (auto at = firstDifference(member.value, *now, path.child(PathStep::field(name)), edit))
                return at;
        }
        return std::nullopt;
    }
    if (before.kind() == Value::Kind::Array) {
        if (before.items().size() != after.items().size())
            return differs();
        for (size_t i = 0; i < before.items().size(); ++i) {
            const ValuePath item = path.child(PathStep::item(qsizetype(i)));
            if (auto at = firstDifference(before.items()[i], after.items()[i], item, edit))
                return at;
        }
        return std::nullopt;
    }
    return before == after ? std::nullopt : differs();
}

} // namespace

QString FlatEdit::text() const
{
    static constexpr const char *Names[] {"set", "set absent", "remove", "add to", "remove from", "move in"};
    QString text = QStringLiteral("%1 %2").arg(QLatin1String(Names[int(kind)]), path.toString());
    if (value)
        text += QStringLiteral(": ") + displayText(*value, 60);
    return text;
}

std::vector<FlatEdit> flatEditsOf(const Value &root, const FlatSchema &schema)
{
    Collector collector(root, schema.model());
    collector.visit(root, {}, {});
    return collector.take();
}

QByteArray flatInteropLine(const SlotCodec &codec, const QByteArray &before, const Value &valueBefore,
                           const QByteArray &after, const Value &valueAfter)
{
    const FlatBuffersType &type = codec.type().flatBuffers;
    return R"({"format":"flatbuffers","schema":)" + toNotation(Value::text(type.schemaFile)) + R"(,"root":)"
        + toNotation(Value::text(type.root)) + R"(,"before":")" + before.toHex() + R"(","notation":)"
        + codec.valueNotation(valueBefore) + R"(,"after":")" + after.toHex() + R"(","edited":)"
        + codec.valueNotation(valueAfter) + '}';
}

QString faultOf(const FlatEdit &edit, const Value &before, const Value &after)
{
    const Value *got = edit.path.find(after);
    if (!edit.value && got && !isAbsent(*got))
        return QStringLiteral("it is still there");
    if (edit.value && (!got || !isFulfilled(*edit.value, *got)))
        return QStringLiteral("it is %1").arg(got ? displayText(*got, 100) : QStringLiteral("not there"));
    if (const auto where = firstDifference(before, after, {}, edit))
        return QStringLiteral("%1 changed, too").arg(where->toString());
    return {};
}

} // namespace slotscope::test
