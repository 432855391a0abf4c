// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/changesummary.h"

#include "core/table/slotdirectory.h"
#include "core/value/notation.h"
#include "core/value/valuepath.h"
#include "core/value/valuetext.h"

#include <QCoreApplication>
#include <QHash>

#include <optional>
#include <vector>

namespace slotscope::ui {

using core::Change;
using core::KeyState;
using core::PathStep;
using core::Value;
using core::ValuePath;

namespace {

constexpr int ShortText = 60; // characters of a value within a list of differences
constexpr int LongText = 200; // of a value that stands alone
constexpr int MostFields = 8; // named; the others are only counted

QString tr(const char *text)
{
    return QCoreApplication::translate("ChangeSummary", text);
}

struct Differences
{
    QStringList texts;
    int count = 0;

    void add(const ValuePath &path, const QString &text)
    {
        if (++count <= MostFields)
            texts << (path.isEmpty() ? text : path.toString() + QStringLiteral(": ") + text);
    }
};

// As bytes where it cannot be decoded; null pointer for a key that is not there.
std::optional<Value> valueOf(const core::SlotCodec &codec, bool exists, const QByteArray &bytes)
{
    if (!exists)
        return std::nullopt;
    auto value = codec.decodeValue(bytes);
    return value ? *value : Value::bytes(bytes);
}

// A record before the change, with the change, and as it is on the server now; null pointers where it is
// absent.
struct Versions
{
    const Value *base = nullptr;
    const Value *mine = nullptr;
    const Value *theirs = nullptr;

    bool areMaps() const
    {
        const auto fits = [](const Value *value) { return !value || value->kind() == Value::Kind::Map; };
        return (base || mine || theirs) && fits(base) && fits(mine) && fits(theirs);
    }
};

bool differ(const Value *a, const Value *b)
{
    return a && b ? !(*a == *b) : a != b;
}

using Concern = bool (*)(const Versions &field);

// Names what the record as a whole has in the versions that exist, field by field where `concerns` them.
class ConflictWords
{
public:
    ConflictWords(const Change &change, const Versions &whole, Concern concerns)
        : m_change(change)
        , m_whole(whole)
        , m_concerns(concerns)
    {
        look(whole, {});
    }
    QString text() const
    {
        const QString text = m_found.texts.join(QStringLiteral("; "));
        return m_found.count > MostFields ? text + tr(" and %1 more").arg(m_found.count - MostFields) : text;
    }

private:
    void look(const Versions &field, const ValuePath &path)
    {
        if (!field.areMaps()) {
            if (m_concerns(field))
                m_found.add(path, words(field));
            return;
        }
        QHash<QByteArray, Versions> members;
        std::vector<std::pair<QByteArray, Value>> keys;
        for (const auto version : {&Versions::base, &Versions::mine, &Versions::theirs}) {
            if (!(field.*version))
                continue;
            for (const core::Member &member : (field.*version)->members()) {
                const QByteArray name = core::toNotation(member.key);
                if (!members.contains(name))
                    keys.emplace_back(name, member.key);
                members[name].*version = &member.value;
            }
        }
        for (const auto &[name, key] : keys)
            look(members.value(name), path.child(PathStep::member(key)));
    }
    QString words(const Versions &field) const
    {
        const auto said = [](const Value *value) {
            return value ? shortText(*value, ShortText) : tr("absent");
        };
        QStringList words;
        if (m_whole.base)
            words << tr("was %1 (revision %2)").arg(said(field.base)).arg(m_change.base.modRevision.value);
        if (m_whole.mine)
            words << tr("yours %1").arg(said(field.mine));
        if (m_whole.theirs)
            words << tr("now %1 (revision %2)")
                         .arg(said(field.theirs))
                         .arg(m_change.conflict->modRevision.value);
        return words.join(QStringLiteral(", "));
    }

    const Change &m_change;
    const Versions m_whole;
    const Concern m_concerns;
    Differences m_found;
};

} // namespace

KeyResolver resolverFor(const core::SlotDirectory *directory)
{
    return [directory](const QByteArray &key) -> ResolvedKey {
        const std::optional<core::Slot> slot = core::SlotDirectory::slotOf(key);
        const core::SlotInfo *info = slot ? directory->find(*slot) : nullptr;
        if (!info || info->kind == core::SlotKind::PlainKeys) {
            core::SlotType type;
            if (info)
                type = info->type;
            return {tr("plain keys"), core::SlotCodec(type, 0)};
        }
        return {info->title(), core::SlotCodec(info->type)};
    };
}

QString keyText(const core::SlotCodec &codec, const QByteArray &key)
{
    const auto parts = codec.decodeKey(key);
    if (!parts)
        return QStringLiteral("0x") + QString::fromLatin1(key.toHex());
    QStringList texts;
    for (const Value &part : *parts)
        texts << shortText(part, LongText);
    return texts.join(QStringLiteral(" · "));
}

QString shortText(const Value &value, int limit)
{
    if (value.isNull())
        return tr("null");
    if (value.kind() == Value::Kind::Text && value.toText().isEmpty())
        return QStringLiteral("\"\"");
    return core::displayText(value, limit);
}

QString operationText(Change::Kind kind)
{
    switch (kind) {
    case Change::Kind::Insert:
        return tr("insert");
    case Change::Kind::Delete:
        return tr("delete");
    case Change::Kind::Update:
        break;
    }
    return tr("update");
}

QString leaseText(const Change &change)
{
    using Kind = core::LeaseChoice::Kind;
    switch (change.lease.kind) {
    case Kind::Keep:
        break;
    case Kind::None:
        return tr("without a lease");
    case Kind::Existing:
        return tr("lease %1").arg(QString::number(change.lease.lease.value, 16));
    case Kind::New:
        return tr("a new lease of %1 s").arg(change.lease.ttl.count());
    }
    return {};
}

theme::Mark markOf(const Change &change)
{
    if (change.conflict)
        return theme::Mark::Conflict;
    switch (change.kind) {
    case Change::Kind::Insert:
        return theme::Mark::Inserted;
    case Change::Kind::Delete:
        return theme::Mark::Deleted;
    case Change::Kind::Update:
        break;
    }
    return theme::Mark::Edited;
}

QString fieldText(const core::ValueDifference &difference, int limit)
{
    if (!difference.before)
        return tr("added %1").arg(shortText(*difference.after, limit));
    if (!difference.after)
        return tr("removed");
    return QStringLiteral("%1 → %2").arg(shortText(*difference.before, limit),
                                         shortText(*difference.after, limit));
}

QString differenceText(const Value &before, const Value &after)
{
    const core::ValueDifferences found =
        core::differencesOf(before, after, core::DiffDepth::Maps, size_t(MostFields));
    if (found.count == 0) {
        // Equal in meaning, but not in its bytes.
        return tr("written differently");
    }
    QStringList texts;
    for (const core::ValueDifference &difference : found.list) {
        const QString text = fieldText(difference, ShortText);
        texts << (difference.path.isEmpty() ? text
                                            : difference.path.toString() + QStringLiteral(": ") + text);
    }
    QString text = texts.join(QStringLiteral(", "));
    if (found.count > found.list.size())
        text += tr(" and %1 more").arg(found.count - found.list.size());
    return text;
}

QString changeText(const core::SlotCodec &codec, const Change &change)
{
    const auto whole = [&codec](const QByteArray &bytes) {
        const auto value = codec.decodeValue(bytes);
        return value ? shortText(*value, LongText)
                     : QStringLiteral("0x") + QString::fromLatin1(bytes.left(LongText / 2).toHex());
    };
    switch (change.kind) {
    case Change::Kind::Insert:
        return whole(change.value);
    case Change::Kind::Delete:
        return whole(change.base.value);
    case Change::Kind::Update:
        if (change.value == change.base.value && change.lease.kind != core::LeaseChoice::Kind::Keep)
            return leaseText(change);
        break;
    }
    const auto before = codec.decodeValue(change.base.value);
    const auto after = codec.decodeValue(change.value);
    if (before && after)
        return differenceText(*before, *after);
    return QStringLiteral("%1 → %2").arg(whole(change.base.value), whole(change.value));
}

QString theirText(const core::SlotCodec &codec, const Change &change)
{
    if (!change.conflict)
        return {};
    const KeyState &now = *change.conflict;
    if (!now.exists)
        return tr("deleted there");
    const auto theirs = valueOf(codec, true, now.value);
    const auto base = valueOf(codec, change.base.exists, change.base.value);
    return tr("there now %1 (revision %2)")
        .arg(base ? differenceText(*base, *theirs) : shortText(*theirs, LongText))
        .arg(now.modRevision.value);
}

QString conflictText(const core::SlotCodec &codec, const Change &change)
{
    if (!change.conflict)
        return {};
    const KeyState &now = *change.conflict;
    const bool deletes = change.kind == Change::Kind::Delete;
    const auto base = valueOf(codec, change.base.exists, change.base.value);
    const auto mine = valueOf(codec, !deletes, change.value);
    const auto theirs = valueOf(codec, now.exists, now.value);
    const Versions whole {base ? &*base : nullptr, mine ? &*mine : nullptr, theirs ? &*theirs : nullptr};
    if (deletes && !theirs)
        return tr("Somebody else has deleted this record, too.");

    // What became different there; without a record here or there, what would be lost.
    Concern concerns = [](const Versions &field) { return differ(field.base, field.theirs); };
    QString sentence = tr("Somebody else has changed this record");
    if (deletes) {
        sentence = tr("Somebody else has changed this record, which you delete");
    } else if (!theirs) {
        sentence = tr("Somebody else has deleted this record");
        concerns = [](const Versions &field) { return differ(field.base, field.mine); };
    } else if (!base) {
        sentence = tr("Somebody else has added a record with this key");
        concerns = [](const Versions &field) { return differ(field.mine, field.theirs); };
    }
    const QString fields = ConflictWords(change, whole, concerns).text();
    if (fields.isEmpty())
        return tr("%1, with the same content (revision %2).").arg(sentence).arg(now.modRevision.value);
    return QStringLiteral("%1: %2.").arg(sentence, fields);
}

QString guardText(const core::SlotCodec &codec, const core::Guard &guard)
{
    if (!guard.conflict)
        return {};
    const KeyState &now = *guard.conflict;
    if (!now.exists)
        return tr("it was deleted");
    const auto after = valueOf(codec, true, now.value);
    const auto before = valueOf(codec, guard.seen.exists, guard.seen.value);
    return QStringLiteral("%1 (revision %2)")
        .arg(before ? differenceText(*before, *after) : tr("added %1").arg(shortText(*after, LongText)))
        .arg(now.modRevision.value);
}

} // namespace slotscope::ui
