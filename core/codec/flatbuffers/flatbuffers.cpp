// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/flatbuffers/flatbuffers.h"

#include "core/codec/flatbuffers/flatreader.h"
#include "core/codec/flatbuffers/flatschema.h"
#include "core/codec/flatbuffers/flatshaper.h"
#include "core/codec/flatbuffers/flatstructure.h"

#include <algorithm>

namespace slotscope::core {

using flat::Flaw;
using flat::Misfit;
using flat::Model;

namespace {

constexpr qsizetype IdentifierAt = 4;
constexpr qsizetype IdentifierSize = 4;

QByteArrayView identifierPlace(QByteArrayView bytes)
{
    return bytes.size() >= IdentifierAt + IdentifierSize ? bytes.sliced(IdentifierAt, IdentifierSize)
                                                         : QByteArrayView();
}

// Buffers without an identifier have the first vtable there, or zeros.
bool looksLikeIdentifier(QByteArrayView four)
{
    return !four.isEmpty()
        && std::all_of(four.begin(), four.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

DecodeError errorOf(const Flaw &flaw)
{
    return {flaw.offset, flaw.what};
}

QString unknownFieldsReason()
{
    return QStringLiteral(
        "the value holds fields that the schema does not know (a newer program wrote it), and they "
        "would be lost");
}

} // namespace

int FlatBuffersCodec::rootObject() const
{
    const Model &model = m_type.schema->model();
    return model.tables.value(m_type.root.isEmpty() ? model.rootTable : m_type.root, -1);
}

QString FlatBuffersCodec::problem() const
{
    if (!m_type.schema || rootObject() >= 0)
        return {};
    const QString tables = m_type.schema->tableNames().join(QLatin1String(", "));
    if (m_type.root.isEmpty())
        return QStringLiteral("the schema has no root_type, so the root table has to be named (it has %1)")
            .arg(tables);
    return QStringLiteral("the schema has no table %1 (it has %2)").arg(m_type.root, tables);
}

Expected<Value, DecodeError> FlatBuffersCodec::decode(QByteArrayView bytes) const
{
    if (m_type.schema)
        return decodeBySchema(bytes, nullptr);
    try {
        return flat::structureOf(bytes);
    } catch (const Flaw &flaw) {
        return Unexpected {errorOf(flaw)};
    }
}

Expected<Value, DecodeError> FlatBuffersCodec::decodeFields(QByteArrayView bytes,
                                                            const WantedField &wanted) const
{
    return decodeBySchema(bytes, &wanted);
}

// `wanted`: null pointer: everything.
Expected<Value, DecodeError> FlatBuffersCodec::decodeBySchema(QByteArrayView bytes,
                                                              const WantedField *wanted) const
{
    const int root = rootObject();
    if (root < 0)
        return Unexpected {DecodeError {-1, problem()}};
    try {
        const Model &model = m_type.schema->model();
        flat::Reader reader(model, bytes);
        Value value = wanted ? reader.readFields(root, *wanted) : reader.read(root);
        if (m_type.anyIdentifier || isIdentified(bytes))
            return value;
        QString what = QStringLiteral("the buffer does not carry the file identifier %1 of the schema")
                           .arg(QString::fromLatin1(model.identifier));
        if (looksLikeIdentifier(identifierPlace(bytes)))
            what += QStringLiteral(", but %1").arg(QString::fromLatin1(identifierPlace(bytes)));
        return Unexpected {DecodeError {IdentifierAt, what, std::move(value)}};
    } catch (const Flaw &flaw) {
        return Unexpected {errorOf(flaw)};
    }
}

bool FlatBuffersCodec::isIdentified(QByteArrayView bytes) const
{
    const Model &model = m_type.schema->model();
    return model.identifier.isEmpty() || model.objects[size_t(rootObject())].name != model.rootTable
        || identifierPlace(bytes) == model.identifier;
}

QByteArray FlatBuffersCodec::identifierLike(QByteArrayView before) const
{
    const Model &model = m_type.schema->model();
    if (before.isEmpty())
        return model.objects[size_t(rootObject())].name == model.rootTable ? model.identifier : QByteArray();
    const QByteArrayView place = identifierPlace(before);
    return place == model.identifier || looksLikeIdentifier(place) ? place.toByteArray() : QByteArray();
}

Expected<QByteArray, EncodeError> FlatBuffersCodec::encode(const Value &value, QByteArrayView before) const
{
    const auto old = before.isEmpty() ? std::nullopt : std::optional(decode(before));
    if (!m_type.schema) {
        if (old && *old && **old == value)
            return before.toByteArray();
        return Unexpected {EncodeError {{}, QStringLiteral("without a schema nothing can be changed")}};
    }
    if (const QString wrong = problem(); !wrong.isEmpty())
        return Unexpected {EncodeError {{}, wrong}};
    const Model &model = m_type.schema->model();
    const int root = rootObject();
    // What cannot be read has nothing to be kept.
    const Value *oldValue = old && *old ? &**old : nullptr;
    if (oldValue && flat::identical(*oldValue, value))
        return before.toByteArray();
    try {
        flat::Shaper shaper(model, flat::UnknownFields::Kept);
        Value wanted = shaper.shaped(value, root, oldValue);
        if (oldValue && flat::identical(*oldValue, wanted))
            return before.toByteArray();
        bool unknown = shaper.hasUnknownFields();
        if (oldValue) {
            flat::Reader reader(model, before);
            reader.readFields(root, {});
            unknown = unknown || reader.hasUnknownFields();
        }
        if (unknown && !m_type.dropUnknownFields)
            return Unexpected {EncodeError {{}, unknownFieldsReason()}};
        if (oldValue) {
            if (auto bytes = flat::patched(model, before.toByteArray(), *oldValue, wanted, root))
                return *std::move(bytes);
        }
        if (unknown)
            wanted = flat::Shaper(model, flat::UnknownFields::Dropped).shaped(value, root, oldValue);
        return flat::built(model, wanted, root, identifierLike(before));
    } catch (const Misfit &misfit) {
        return Unexpected {EncodeError {misfit.path, misfit.what}};
    }
}

Expected<Value, DecodeError> FlatBuffersCodec::adopted(const Value &value) const
{
    if (!m_type.schema)
        return value;
    if (const QString wrong = problem(); !wrong.isEmpty())
        return Unexpected {DecodeError {-1, wrong}};
    try {
        return flat::Shaper(m_type.schema->model(), flat::UnknownFields::Kept)
            .shaped(value, rootObject(), nullptr);
    } catch (const Misfit &misfit) {
        const QString path = misfit.path.toString();
        return Unexpected {
            DecodeError {-1, path.isEmpty() ? misfit.what : QStringLiteral("%1: %2").arg(path, misfit.what)}};
    }
}

QString FlatBuffersCodec::readOnlyReason(QByteArrayView bytes) const
{
    if (!m_type.schema)
        return QStringLiteral("the FlatBuffers schema of the values is not known");
    if (m_type.dropUnknownFields || rootObject() < 0)
        return {};
    try {
        flat::Reader reader(m_type.schema->model(), bytes);
        reader.readFields(rootObject(), {});
        return reader.hasUnknownFields() ? unknownFieldsReason() : QString();
    } catch (const Flaw &) {
        return {}; // decode() says it
    }
}

FlatObstacles FlatBuffersCodec::obstacles(QByteArrayView bytes) const
{
    if (!m_type.schema || rootObject() < 0)
        return {};
    try {
        flat::Reader reader(m_type.schema->model(), bytes);
        reader.readFields(rootObject(), {});
        return {reader.unknownFields(), !isIdentified(bytes)};
    } catch (const Flaw &) {
        return {};
    }
}

Value FlatBuffersCodec::blank() const
{
    if (!m_type.schema || rootObject() < 0)
        return {};
    try {
        return flat::Shaper(m_type.schema->model(), flat::UnknownFields::Kept).blankTable(rootObject());
    } catch (const Misfit &) {
        return {};
    }
}

} // namespace slotscope::core
