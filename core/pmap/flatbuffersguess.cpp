// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/flatbuffersguess.h"

#include "core/codec/flatbuffers/flatmodel.h"
#include "core/pmap/flatfolders.h"

#include <QtEndian>

#include <algorithm>

namespace slotscope::core::inference {

namespace {

// A schema may have hundreds of tables: so many values tell which are worth a closer look, and so many get
// one.
constexpr size_t FirstLook = 20;
constexpr size_t CloserLooks = 3;

// The fields that the vtable of the outermost table has room for. Of what flatBufferBits() likes.
qsizetype fieldCount(QByteArrayView bytes)
{
    const qint64 root = qFromLittleEndian<quint32>(bytes.data());
    const qint64 vtable = root - qFromLittleEndian<qint32>(bytes.data() + root);
    return (qFromLittleEndian<quint16>(bytes.data() + vtable) - 4) / 2;
}

class RootTest
{
public:
    RootTest(const FlatBuffersType &type, qsizetype fields)
        : m_codec({.value = ValueType::FlatBuffers, .flatBuffers = type})
        , m_fields(fields)
    {
    }

    Bits operator()(const std::optional<QByteArrayView> &value) const
    {
        constexpr double Verified = 10;
        constexpr double UnknownField = -6; // a newer writer's, or of another table
        if (!value)
            return std::nullopt;
        if (value->isEmpty())
            return 0;
        const Bits whole = flatBufferBits(*value);
        if (!whole || !m_codec.decodeValue(*value))
            return std::nullopt;
        const qsizetype unknown = fieldCount(*value) - m_fields;
        // Fields at the end that are never there speak for a table that does not have them.
        return *whole + Verified
            + (unknown > 0 ? UnknownField : 0.2 * double(std::max<qsizetype>(unknown, -10)));
    }

private:
    SlotCodec m_codec;
    qsizetype m_fields;
};

struct Root
{
    FlatBuffersType type;
    qsizetype fields = 0;
    double prior = 0;
    double bits = 0; // of the first look
};

std::vector<Root> rootsOf(const InferenceContext &context)
{
    constexpr double RootType = 2;
    constexpr double FittingName = 5;
    std::vector<Root> roots;
    for (const FlatBuffersType &known : context.schemas) {
        if (!known.schema)
            continue;
        const flat::Model &model = known.schema->model();
        for (const QString &name :
             known.root.isEmpty() ? known.schema->tableNames() : QStringList(known.root)) {
            const auto table = model.tables.constFind(name);
            if (table == model.tables.cend())
                continue;
            Root root {known, qsizetype(model.objects[size_t(*table)].byId.size())};
            root.type.root = name;
            root.prior = name == known.schema->rootTable() ? RootType : 0;
            if (fitsClassName(name, context.tableName))
                root.prior += FittingName;
            roots.push_back(std::move(root));
        }
    }
    return roots;
}

} // namespace

std::vector<ValueGuess> guessFlatBuffers(const Values &values, double once, const InferenceContext &context)
{
    Verdict whole = judge(values, [](const std::optional<QByteArrayView> &value) -> Bits {
        if (!value)
            return std::nullopt;
        return value->isEmpty() ? Bits(0) : flatBufferBits(*value);
    });
    whole.once = once;
    if (!whole.fits())
        return {};

    std::vector<Root> roots = rootsOf(context);
    for (Root &root : roots) {
        const RootTest test(root.type, root.fields);
        root.bits = root.prior;
        for (size_t i = 0; i < std::min(FirstLook, values.size()); ++i)
            root.bits += test(values[i]).value_or(0);
    }
    std::stable_sort(roots.begin(), roots.end(),
                     [](const Root &a, const Root &b) { return a.bits > b.bits; });
    roots.resize(std::min(roots.size(), CloserLooks));

    std::vector<ValueGuess> guesses;
    for (Root &root : roots) {
        Verdict verdict = judge(values, RootTest(root.type, root.fields));
        verdict.once = once + root.prior;
        if (verdict.fits())
            guesses.push_back(
                {.type = ValueType::FlatBuffers,
                 .verdict = std::move(verdict),
                 .what = QStringLiteral("are FlatBuffers that verify as %1").arg(root.type.root),
                 .flatBuffers = std::move(root.type)});
    }
    guesses.push_back({.type = ValueType::FlatBuffers,
                       .verdict = std::move(whole),
                       .what = QStringLiteral("have the structure of FlatBuffers")});
    return guesses;
}

} // namespace slotscope::core::inference
