// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/flatbuffers/flatshaper.h"

#include "core/codec/flatbuffers/flatreader.h"
#include "core/value/recordstyle.h"
#include "core/value/utf8.h"

#include <QSet>

namespace slotscope::core::flat {

namespace {

// One step deeper while it lives.
class Step
{
public:
    Step(std::vector<PathStep> *path, PathStep step)
        : m_path(path)
    {
        path->push_back(std::move(step));
    }
    ~Step() { m_path->pop_back(); }
    Q_DISABLE_COPY_MOVE(Step)

private:
    std::vector<PathStep> *m_path;
};

bool isGiven(const Value *value)
{
    return value && !value->isNull();
}

const Value *sameKind(const Value *old, Value::Kind kind)
{
    return old && old->kind() == kind ? old : nullptr;
}

Value plain(const Value &value)
{
    Value::Style style = value.style();
    style.flags &= ~AbsentField;
    return value.withStyle(style);
}

} // namespace

Shaper::Shaper(const Model &model, UnknownFields unknownFields)
    : m_model(model)
    , m_unknownFields(unknownFields)
{
}

void Shaper::misfit(const QString &what) const
{
    throw Misfit {ValuePath(m_path), what};
}

Value Shaper::shaped(const Value &value, int rootObject, const Value *old)
{
    try {
        return table(value, rootObject, old);
    } catch (Misfit &misfit) {
        if (misfit.path.isEmpty())
            misfit.path = ValuePath(m_path);
        throw;
    }
}

Value Shaper::table(const Value &value, int objectIndex, const Value *old)
{
    const Object &object = m_model.objects[size_t(objectIndex)];
    if (value.kind() != Value::Kind::Map)
        misfit(QStringLiteral("expected the fields of %1").arg(object.name));
    if (m_depth >= MaximumTableDepth)
        misfit(QStringLiteral("tables are nested deeper than %1 levels").arg(MaximumTableDepth));
    ++m_depth;
    old = sameKind(old, Value::Kind::Map);
    checkNames(value, object);
    FlatTableStyle style {object.utf8Name};
    if (flatKind(value) == FlatTable && m_unknownFields == UnknownFields::Kept)
        style.unknownFields = FlatTableStyle::unpacked(value.style().spelling).unknownFields;
    m_hasUnknownFields = m_hasUnknownFields || !style.unknownFields.empty();

    // Mostly they stand in the order of the schema.
    const MemberList &members = value.members();
    std::vector<const Value *> given(object.fields.size(), nullptr);
    size_t next = 0;
    for (size_t i = 0; i < object.fields.size(); ++i) {
        if (next < members.size() && members[next].key == object.fields[i].key)
            given[i] = &members[next++].value;
        else
            given[i] = value.find(object.fields[i].name);
    }
    MemberList all;
    all.reserve(object.fields.size());
    for (size_t i = 0; i < object.fields.size(); ++i) {
        const Field &field = object.fields[i];
        // Unions wait for unionMembers(), which looks at their types, too.
        const bool ready = field.typeField < 0;
        all.push_back(
            {field.key, ready ? member(given[i], field, old ? old->find(field.name) : nullptr) : Value()});
    }
    unionMembers(&all, given, object, old);
    MemberList shown;
    shown.reserve(all.size());
    for (size_t i = 0; i < all.size(); ++i) {
        const Field &field = object.fields[i];
        const bool absent = isAbsent(all[i].value);
        if (absent && field.required) {
            const Step step(&m_path, PathStep::field(field.name));
            misfit(QStringLiteral("%1 is required").arg(field.name));
        }
        if (!absent || !field.deprecated)
            shown.push_back(std::move(all[i]));
    }
    --m_depth;
    return Value::map(std::move(shown)).withStyle({FlatStyle | FlatTable, style.packed()});
}

void Shaper::checkNames(const Value &value, const Object &object) const
{
    const quint32 kind = flatKind(value);
    if (kind == FlatTable || kind == FlatStruct) {
        const QByteArray name = FlatTableStyle::unpacked(value.style().spelling).name;
        if (name != object.utf8Name)
            misfit(QStringLiteral("expected %1, not %2").arg(object.name, QString::fromUtf8(name)));
    }
    QSet<QString> known;
    for (const Field &field : object.fields)
        known.insert(field.name);
    for (const Member &member : value.members()) {
        const QString &name = member.key.toText();
        if (member.key.kind() != Value::Kind::Text || !known.remove(name)) {
            const bool twice = member.key.kind() == Value::Kind::Text && value.find(name) != &member.value;
            misfit(twice ? QStringLiteral("the field %1 is there twice").arg(name)
                         : QStringLiteral("%1 has no field named %2").arg(object.name, name));
        }
    }
}

Value Shaper::member(const Value *given, const Field &field, const Value *old)
{
    if (!isGiven(given))
        return field.absent;
    if (isAbsent(*given) && *given == field.absent)
        return field.absent;
    const Step step(&m_path, PathStep::field(field.name));
    const Value value = isAbsent(*given) ? plain(*given) : *given;
    Value shaped;
    if (field.type.base == Base::Vector && field.type.element == Base::UByte && field.type.enumeration < 0)
        shaped = bytes(value, field, old);
    else if (field.type.base == Base::Vector)
        shaped = list(value, field.type.item(), old);
    else
        shaped = item(value, field.type, old);
    if (!isAbsent(*given))
        return shaped;
    if (!(shaped == plain(field.absent)))
        misfit(QStringLiteral(
            "it is said to be absent, but has another value than its default: say one of both"));
    return field.absent;
}

Value Shaper::item(const Value &value, const Type &type, const Value *old)
{
    if (isScalar(type.base)) {
        try {
            return shapedScalar(m_model, type, value);
        } catch (const Misfit &reason) {
            misfit(reason.what);
        }
    }
    if (type.base == Base::String)
        return text(value);
    const Object &object = m_model.objects[size_t(type.object)];
    return object.isStruct ? structure(value, object) : table(value, type.object, old);
}

Value Shaper::structure(const Value &value, const Object &object)
{
    if (value.kind() != Value::Kind::Map)
        misfit(QStringLiteral("expected the fields of %1").arg(object.name));
    checkNames(value, object);
    MemberList members;
    members.reserve(object.fields.size());
    for (const Field &field : object.fields) {
        const Step step(&m_path, PathStep::field(field.name));
        const Value *given = value.find(field.name);
        if (!isGiven(given))
            members.push_back({field.key, blank(field.type, 0)}); // a struct has no holes
        else if (field.type.base == Base::Array)
            members.push_back({field.key, fixedArray(*given, field.type)});
        else
            members.push_back({field.key, item(*given, field.type, nullptr)});
    }
    return Value::map(std::move(members)).withStyle({FlatStyle | FlatStruct, object.utf8Name});
}

Value Shaper::fixedArray(const Value &value, const Type &type)
{
    if (value.kind() != Value::Kind::Array || value.items().size() != size_t(type.length))
        misfit(QStringLiteral("expected a list of %1").arg(type.length));
    return list(value, type.item(), nullptr);
}

Value Shaper::list(const Value &value, const Type &type, const Value *old)
{
    if (value.kind() != Value::Kind::Array)
        misfit(QStringLiteral("expected a list"));
    const ValueList &items = value.items();
    const Value *oldList = sameKind(old, Value::Kind::Array);
    const bool sameCount = oldList && oldList->items().size() == items.size();
    ValueList shaped;
    shaped.reserve(items.size());
    for (size_t i = 0; i < items.size(); ++i) {
        const Step step(&m_path, PathStep::item(qsizetype(i)));
        if (items[i].isNull())
            misfit(QStringLiteral("a list has no room for null"));
        shaped.push_back(item(items[i], type, sameCount ? &oldList->items()[i] : nullptr));
    }
    return Value::array(std::move(shaped));
}

Value Shaper::text(const Value &value) const
{
    if (value.kind() == Value::Kind::Text) {
        if (!QStringView(value.toText()).isValidUtf16())
            misfit(QStringLiteral("the text holds half a character"));
        return Value::text(value.toText());
    }
    if (value.kind() != Value::Kind::Bytes)
        misfit(QStringLiteral("expected a text"));
    // What is not UTF-8 is kept as it was found.
    auto valid = textFromUtf8(value.toBytes());
    return valid ? Value::text(*std::move(valid)) : Value::bytes(value.toBytes());
}

Value Shaper::bytes(const Value &value, const Field &field, const Value *old)
{
    const auto whole = [&](const QByteArray &content) {
        return field.nestedRoot >= 0 && !content.isEmpty()
            ? nestedFromBytes(content, field.nestedRoot)
            : Value::bytes(content).withStyle({FlatStyle | FlatByteVector, {}});
    };
    switch (value.kind()) {
    case Value::Kind::Bytes:
        return whole(value.toBytes());
    case Value::Kind::Array: {
        QByteArray content;
        content.reserve(qsizetype(value.items().size()));
        for (size_t i = 0; i < value.items().size(); ++i) {
            const auto number = value.items()[i].toInt64();
            const Step step(&m_path, PathStep::item(qsizetype(i)));
            if (!number || *number < 0 || *number > 255)
                misfit(QStringLiteral("expected a number from 0 to 255"));
            content += char(*number);
        }
        return whole(content);
    }
    case Value::Kind::Map:
        if (value.find(u"hex") && flatKind(value) == 0)
            return hexObject(value, field, old);
        if (field.nestedRoot >= 0) {
            const FlatTableStyle style = flatKind(value) == FlatTable
                ? FlatTableStyle::unpacked(value.style().spelling)
                : FlatTableStyle();
            return nested(value, field.nestedRoot, style.nestedBytes ? &*style.nestedBytes : nullptr);
        }
        [[fallthrough]];
    default:
        misfit(QStringLiteral("expected bytes"));
    }
}

// {"hex": …, "nested": …} or {"hex": …, "error": …}.
Value Shaper::hexObject(const Value &value, const Field &field, const Value *old)
{
    const QByteArray hex = value.find(u"hex")->toText().toLatin1();
    const QByteArray content = QByteArray::fromHex(hex);
    if (content.toHex() != hex.toLower())
        misfit(QStringLiteral("not an even number of hexadecimal digits"));
    const Value *inside = value.find(u"nested");
    if (!inside || field.nestedRoot < 0)
        return bytes(Value::bytes(content), field, nullptr);
    const Value fromHex = nestedFromBytes(content, field.nestedRoot);
    const Value fromNested = nested(*inside, field.nestedRoot, &content);
    if (identical(fromHex, fromNested))
        return fromHex;
    // One of them is what it was: then the other was changed.
    if (old && flatKind(*old) == FlatTable) {
        if (FlatTableStyle::unpacked(old->style().spelling).nestedBytes == content)
            return fromNested;
        if (fromNested == *old)
            return fromHex;
    }
    misfit(QStringLiteral("\"hex\" and \"nested\" say different things: leave one of them out"));
}

Value Shaper::nestedFromBytes(const QByteArray &content, int root) const
{
    try {
        Value value = Reader(m_model, content).read(root, m_depth + 1);
        FlatTableStyle style = FlatTableStyle::unpacked(value.style().spelling);
        style.nestedBytes = content;
        return value.withStyle({FlatStyle | FlatTable, style.packed()});
    } catch (const Flaw &flaw) {
        return Value::bytes(content).withStyle(damagedStyle(flaw, 0));
    }
}

// A buffer of its own, with the bytes it had as far as they still say what it holds.
Value Shaper::nested(const Value &value, int root, const QByteArray *before)
{
    const Value inside = table(value, root, nullptr);
    QByteArray content;
    if (before) {
        const Value old = nestedFromBytes(*before, root);
        if (flatKind(old) == FlatTable) {
            FlatTableStyle style = FlatTableStyle::unpacked(old.style().spelling);
            style.nestedBytes.reset();
            const Value bare = old.withStyle({FlatStyle | FlatTable, style.packed()});
            if (identical(bare, inside))
                content = *before;
            else if (const auto bytes = patched(m_model, *before, bare, inside, root))
                content = *bytes;
        }
    }
    if (content.isEmpty())
        content = built(m_model, inside, root, {});
    return nestedFromBytes(content, root);
}

Value Shaper::blank(const Type &type, int depth)
{
    if (isScalar(type.base))
        return scalarValue(m_model, type, 0);
    if (type.base == Base::String)
        return Value::text({});
    if (type.base == Base::Vector)
        return type.element == Base::UByte && type.enumeration < 0
            ? Value::bytes({}).withStyle({FlatStyle | FlatByteVector, {}})
            : Value::array({});
    if (type.base == Base::Array)
        return Value::array(ValueList(size_t(type.length), blank(type.item(), depth + 1)));
    if (type.base != Base::Object)
        return {};
    const Object &object = m_model.objects[size_t(type.object)];
    if (!object.isStruct)
        return blankTable(type.object, depth + 1);
    MemberList members;
    for (const Field &field : object.fields)
        members.push_back({field.key, blank(field.type, depth + 1)});
    return Value::map(std::move(members)).withStyle({FlatStyle | FlatStruct, object.utf8Name});
}

Value Shaper::blankTable(int object)
{
    return blankTable(object, 0);
}

Value Shaper::blankTable(int objectIndex, int depth)
{
    const Object &object = m_model.objects[size_t(objectIndex)];
    if (depth > MaximumTableDepth)
        misfit(QStringLiteral("%1 requires itself").arg(object.name));
    MemberList members;
    for (const Field &field : object.fields) {
        if (field.required)
            members.push_back({field.key, blank(field.type, depth)});
        else if (!field.deprecated)
            members.push_back({field.key, field.absent});
    }
    return Value::map(std::move(members))
        .withStyle({FlatStyle | FlatTable, FlatTableStyle {object.utf8Name}.packed()});
}

} // namespace slotscope::core::flat
