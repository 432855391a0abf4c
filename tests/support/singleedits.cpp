// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/singleedits.h"

#include "core/value/notation.h"
#include "core/value/valueedit.h"
#include "core/value/valuetext.h"

#include <algorithm>

namespace slotscope::test {

using namespace core;

namespace {

// Of each kind two, for one of them is another than what is there.
std::vector<Value> candidates(const Value &before)
{
    const auto notation = [](const char *json) { return *fromNotation(json); };
    switch (before.kind()) {
    case Value::Kind::Bool:
        return {Value::boolean(true), Value::boolean(false)};
    case Value::Kind::Integer:
        return {Value::integer(7), Value::integer(-70000), notation(R"({"int":"18446744073709551615"})")};
    case Value::Kind::Float:
        return {Value::number(2.5), Value::number(0.1), Value::number(-1e300)};
    case Value::Kind::Text:
        return {Value::text(QStringLiteral("neu: ü \"\\ \u2028")), Value::text({}),
                Value::text(QString(300, u'y'))};
    case Value::Kind::Bytes:
        return {Value::bytes(QByteArray::fromHex("00ff7f")), Value::bytes({})};
    case Value::Kind::Uuid:
        return {notation(R"({"uuid":"a0b1c2d3-0001-4002-8003-0123456789ab"})")};
    case Value::Kind::Timestamp:
        return {notation(R"({"datetime":"2021-02-03T04:05:06+00:00"})"),
                notation(R"({"datetime":"1969-12-31T23:59:58.250000+00:00"})")};
    case Value::Kind::Decimal:
        return {notation(R"({"decimal":"-12.5"})"), notation(R"({"decimal":"3"})")};
    case Value::Kind::Simple:
        return {Value::simple(7), Value::simple(199)};
    case Value::Kind::Tag: {
        const QByteArray told = toNotation(before);
        for (const char *json :
             {R"({"fraction":"2/7"})", R"({"regex":"x+y"})", R"({"date":"2021-02-03"})",
              R"({"datetime":"2021-02-03T04:05:06+05:30"})", R"({"ipaddress":"10.1.2.3"})",
              R"({"ipnetwork":"10.1.0.0/16"})", R"({"mime":"Content-Type: text/html\n\n<p>"})"}) {
            if (told.startsWith(QByteArrayView(json).first(QByteArrayView(json).indexOf(':'))))
                if (const auto value = fromNotation(json); value && value->kind() == Value::Kind::Tag)
                    return {*value};
        }
        return {};
    }
    case Value::Kind::Opaque: {
        const QByteArray told = toNotation(before);
        std::vector<Value> likes;
        for (const char *json :
             {R"({"timedelta":"-3 days, 4:05:06.700000"})", R"({"timedelta":"6 days, 23:00:00"})",
              R"({"time":"04:05:06.000007"})", R"({"time":"04:05:06","fold":1})", R"({"timezone":"-05:30"})",
              R"({"datetime":"2021-02-03T04:05:06"})", R"({"datetime":"2021-02-03T04:05:06","fold":1})",
              R"({"datetime":"2021-02-03T04:05:06","tzinfo":"Asia/Tokyo"})", R"({"zoneinfo":"Asia/Tokyo"})",
              R"({"timedelta64":-3,"unit":"M"})", R"({"datetime64":-300000,"unit":"D"})",
              R"({"global":"http.HTTPStatus.FOUND"})", R"({"decimal":"-Infinity"})", R"({"path":"/neu/ü"})",
              R"({"range":[3,99,4]})", R"({"slice":[null,7,-1]})",
              R"({"complex":[{"float":"0.5"},{"float":"-2.0"}]})"}) {
            if (told.startsWith(QByteArrayView(json).first(QByteArrayView(json).indexOf(':'))))
                likes.push_back(*fromNotation(json));
        }
        return likes.empty() ? std::vector<Value> {Value::integer(7)} : likes;
    }
    default:
        return {Value::integer(7)};
    }
}

bool isToldByName(const Value &tag)
{
    return !toNotation(tag).startsWith("{\"tag\"");
}

class Collector
{
public:
    explicit Collector(const Value &root)
        : m_root(root)
    {
    }

    void visit(const Value &node, const ValuePath &path)
    {
        for (const Value &value : candidates(node)) {
            // As an editor does, in the style of what was there.
            const Value styled = inStyleOf(node, value);
            if (!(value == node))
                add(SingleEdit::Kind::Set, path, {}, styled, replaced(m_root, path, styled));
        }
        switch (node.kind()) {
        case Value::Kind::Tag:
            if (!isToldByName(node))
                visit(node.items().front(), path.child(PathStep::item(0)));
            break;
        case Value::Kind::Array:
        case Value::Kind::Tuple:
        case Value::Kind::Set:
            list(node, path);
            break;
        case Value::Kind::Map:
            map(node, path);
            break;
        default:
            break;
        }
    }

    std::vector<SingleEdit> take() { return std::move(m_edits); }

private:
    void add(SingleEdit::Kind kind, const ValuePath &path, std::optional<Value> key, Value value,
             const Expected<Value, QString> &result)
    {
        if (result)
            m_edits.push_back({kind, path, std::move(key), std::move(value), *result});
    }

    void list(const Value &node, const ValuePath &path)
    {
        const Value added = Value::text(QStringLiteral("neu"));
        add(SingleEdit::Kind::Add, path, {}, added, inserted(m_root, path, childCount(node), added));
        for (size_t i = 0; i < node.items().size(); ++i) {
            const ValuePath child = path.child(PathStep::item(qsizetype(i)));
            add(SingleEdit::Kind::Remove, child, {}, {}, removed(m_root, child));
            visit(node.items()[i], child);
        }
    }

    void map(const Value &node, const ValuePath &path)
    {
        const Value fresh = Value::text(QStringLiteral("neu \"é\""));
        const Value added = Value::integer(1234);
        add(SingleEdit::Kind::Add, path, fresh, added,
            inserted(m_root, path, childCount(node), added, fresh));
        for (size_t i = 0; i < node.members().size(); ++i) {
            const ValuePath child = path.child(stepTo(node, qsizetype(i)));
            add(SingleEdit::Kind::Remove, child, {}, {}, removed(m_root, child));
            add(SingleEdit::Kind::Rename, child, fresh, {}, renamed(m_root, child, fresh));
            visit(node.members()[i].value, child);
        }
    }

    const Value &m_root;
    std::vector<SingleEdit> m_edits;
};

const char *nameOf(SingleEdit::Kind kind)
{
    switch (kind) {
    case SingleEdit::Kind::Set:
        return "set";
    case SingleEdit::Kind::Add:
        return "add";
    case SingleEdit::Kind::Remove:
        return "remove";
    case SingleEdit::Kind::Rename:
        break;
    }
    return "rename";
}

} // namespace

std::vector<SingleEdit> singleEditsOf(const Value &root)
{
    Collector collector(root);
    collector.visit(root, {});
    return collector.take();
}

QByteArray interopLine(const char *format, const Value &root, const SingleEdit &edit,
                       const QByteArray &before, const QByteArray &after)
{
    QByteArray path;
    const Value *node = &root;
    for (const PathStep &step : edit.path.steps()) {
        if (!path.isEmpty())
            path += ',';
        if (step.key)
            path +=
                R"({"key":)" + toNotation(*step.key) + R"(,"nth":)" + QByteArray::number(step.index) + '}';
        else if (node->kind() == Value::Kind::Set)
            path += R"({"of_set":)" + toNotation(node->items()[size_t(step.index)]) + '}';
        else
            path += R"({"item":)" + QByteArray::number(step.index) + '}';
        node = ValuePath({step}).find(*node);
    }
    QByteArray line = R"({"format":")" + QByteArray(format) + R"(","op":")" + nameOf(edit.kind)
        + R"(","before":")" + before.toHex() + R"(","after":")" + after.toHex() + R"(","notation":)"
        + toNotation(root) + R"(,"path":[)" + path + R"(],"value":)" + toNotation(edit.value);
    if (edit.key)
        line += R"(,"key":)" + toNotation(*edit.key);
    return line + '}';
}

QString describe(const SingleEdit &edit)
{
    QString text = QStringLiteral("%1 %2").arg(QLatin1String(nameOf(edit.kind)), edit.path.toString());
    if (edit.kind == SingleEdit::Kind::Set || edit.kind == SingleEdit::Kind::Add)
        text += QStringLiteral(": ") + displayText(edit.value, 60);
    return text;
}

bool hasRepeatedKeys(const Value &root)
{
    const MemberList &members = root.members();
    for (size_t i = 0; i < members.size(); ++i) {
        if (hasRepeatedKeys(members[i].key) || hasRepeatedKeys(members[i].value))
            return true;
        for (size_t j = 0; j < i; ++j) {
            if (members[i].key == members[j].key)
                return true;
        }
    }
    return std::any_of(root.items().begin(), root.items().end(), hasRepeatedKeys);
}

} // namespace slotscope::test
