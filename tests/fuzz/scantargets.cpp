// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the columns are read with: a scanner gives what the codec gives, or gives up.
#include "core/codec/scan/picklescan.h"
#include "tests/fuzz/fuzztargets.h"
#include "tests/fuzz/random.h"

namespace slotscope::fuzz {

using namespace core;

namespace {

bool scanned(ValueType type, QByteArrayView bytes, const WantedField &root, std::vector<Cell> &cells)
{
    PickleScanner pickles;
    switch (type) {
    case ValueType::Cbor:
        return scanCbor(bytes, root, cells);
    case ValueType::Json:
        return scanJson(bytes, root, cells);
    case ValueType::Pickle:
        return pickles.scan(bytes, root, cells);
    case ValueType::Pickle5:
        return pickles.scan5(bytes, root, cells);
    default:
        return false;
    }
}

/// A field, and in which cell it is asked for.
struct Question
{
    QString name;
    std::optional<QString> inner; ///< a field of the field
    size_t cell = 0;
};

const Value *answer(const Value &record, const Question &question)
{
    const Value *field = record.find(question.name);
    return field && question.inner ? field->find(*question.inner) : field;
}

} // namespace

Complaint checkScan(ValueType type, QByteArrayView bytes)
{
    const auto value = SlotCodec({.value = type}, 0).decodeValue(bytes);
    Random random(bytes);
    WantedField root;
    root.cells = {0};
    std::vector<Question> questions {{QStringLiteral("absent"), {}, 1}};
    root.fields.push_back({"absent", {1}, {}});
    const MemberList members = value ? value->members() : MemberList();
    for (size_t tried = 0; tried < 3 && !members.empty(); ++tried) {
        const Member &member = members[random.below(members.size())];
        const QString name = member.key.toText();
        const bool known = std::any_of(questions.begin(), questions.end(),
                                       [&](const Question &question) { return question.name == name; });
        if (member.key.kind() != Value::Kind::Text || known || !name.isValidUtf16())
            continue;
        WantedField field {name.toUtf8(), {questions.size() + 1}, {}};
        questions.push_back({name, {}, questions.size() + 1});
        const MemberList &inner = member.value.members();
        if (!inner.empty() && inner.front().key.kind() == Value::Kind::Text
            && inner.front().key.toText().isValidUtf16()) {
            field.fields.push_back({inner.front().key.toText().toUtf8(), {questions.size() + 1}, {}});
            questions.push_back({name, inner.front().key.toText(), questions.size() + 1});
        }
        root.fields.push_back(std::move(field));
    }
    std::vector<Cell> cells(questions.size() + 1);
    if (!scanned(type, bytes, root, cells))
        return {};
    if (!value)
        return QStringLiteral("a scan takes what cannot be decoded: %1").arg(value.error().what);
    if (const auto whole = toValue(cells[0]); !whole || *whole != *value)
        return QStringLiteral("the whole record is scanned as something else");
    for (const Question &question : questions) {
        const Value *wanted = answer(*value, question);
        const auto found = toValue(cells[question.cell]);
        if (found.has_value() != (wanted != nullptr) || (wanted && *found != *wanted))
            return QStringLiteral("%1 %2 is scanned as %3")
                .arg(question.name, question.inner.value_or(QString()),
                     found ? QString::fromUtf8(toNotation(*found)) : QStringLiteral("absent"));
    }
    return {};
}

} // namespace slotscope::fuzz
