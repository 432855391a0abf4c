// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/flatbuffers/flatfields.h"

#include "core/codec/flatbuffers/flatschema.h"
#include "core/codec/flatbuffers/flatshaper.h"
#include "core/codec/flatbuffers/flatwriter.h"
#include "core/value/recordstyle.h"

#include <algorithm>

namespace slotscope::core {

using namespace flat;

namespace {

// Of a table or struct that was decoded by this schema.
const Object *objectOf(const Model &model, const Value &node)
{
    const quint32 kind = flatKind(node);
    if (kind != FlatTable && kind != FlatStruct)
        return nullptr;
    const QByteArray name = FlatTableStyle::unpacked(node.style().spelling).name;
    const auto found = std::find_if(model.objects.begin(), model.objects.end(),
                                    [&name](const Object &object) { return object.utf8Name == name; });
    return found == model.objects.end() ? nullptr : &*found;
}

std::optional<Value> blankOf(const Model &model, const Type &type)
{
    if (type.base == Base::Union || type.base == Base::UType || type.base == Base::None)
        return std::nullopt;
    try {
        return Shaper(model, UnknownFields::Kept).blank(type);
    } catch (const Misfit &) { // it requires itself
        return std::nullopt;
    }
}

} // namespace

std::optional<FlatPlace> flatPlace(const FlatBuffersType &type, const Value &root, const ValuePath &path)
{
    if (!type.schema || path.isEmpty())
        return std::nullopt;
    const Model &model = type.schema->model();
    const bool isItem = !path.steps().back().key;
    const ValuePath fieldPath = isItem ? path.parent() : path;
    if (fieldPath.isEmpty() || !fieldPath.steps().back().key)
        return std::nullopt;
    const Value *owner = fieldPath.parent().find(root);
    const Object *object = owner ? objectOf(model, *owner) : nullptr;
    if (!object)
        return std::nullopt;
    const QString name = fieldPath.steps().back().key->toText();
    const auto field = std::find_if(object->fields.begin(), object->fields.end(),
                                    [&name](const Field &known) { return known.name == name; });
    if (field == object->fields.end())
        return std::nullopt;

    const bool isList = field->type.base == Base::Vector || field->type.base == Base::Array;
    if (isItem && !isList)
        return std::nullopt;
    const Type here = isItem ? field->type.item() : field->type;
    FlatPlace place;
    place.isTableField = !isItem && !object->isStruct;
    place.isRequired = field->required;
    place.blank = blankOf(model, here);
    if (!isItem && field->type.base == Base::Vector && place.blank
        && place.blank->kind() == Value::Kind::Array)
        place.item = blankOf(model, field->type.item());
    if (isScalar(here.base) && here.enumeration >= 0) {
        const Enum &enumeration = model.enums[size_t(here.enumeration)];
        for (const EnumValue &value : enumeration.values)
            place.names += value.name;
    }
    return place;
}

} // namespace slotscope::core
