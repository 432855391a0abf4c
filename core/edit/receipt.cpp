// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/receipt.h"

#include "core/edit/changejson.h"

#include <QJsonArray>
#include <QUuid>

#include <algorithm>
#include <array>

namespace slotscope::core {

namespace {

constexpr int FormatVersion = 1;

constexpr std::array<std::pair<Receipt::Outcome, const char *>, 4> Outcomes {
    {{Receipt::Outcome::Committed, "committed"},
     {Receipt::Outcome::FoundLater, "found-later"},
     {Receipt::Outcome::Unknown, "unknown"},
     {Receipt::Outcome::NotCommitted, "not-committed"}}};

QString outcomeName(Receipt::Outcome outcome)
{
    const auto it = std::find_if(Outcomes.cbegin(), Outcomes.cend(),
                                 [outcome](const auto &entry) { return entry.first == outcome; });
    return QLatin1String(it->second);
}

std::optional<Receipt::Outcome> outcomeFromName(const QJsonValue &json)
{
    for (const auto &[outcome, name] : Outcomes) {
        if (json.toString() == QLatin1String(name))
            return outcome;
    }
    return std::nullopt;
}

QString timeText(const QDateTime &time)
{
    return time.toUTC().toString(Qt::ISODateWithMs);
}

QDateTime timeFrom(const QJsonValue &json)
{
    return QDateTime::fromString(json.toString(), Qt::ISODateWithMs);
}

LeaseId leaseAfter(const Change &change)
{
    switch (change.lease.kind) {
    case LeaseChoice::Kind::Keep:
        return change.base.lease;
    case LeaseChoice::Kind::None:
        return {};
    case LeaseChoice::Kind::Existing:
    case LeaseChoice::Kind::New:
        break;
    }
    return change.lease.lease;
}

} // namespace

bool Receipt::isOverwritten() const
{
    return std::any_of(changes.cbegin(), changes.cend(),
                       [](const ReceiptChange &change) { return change.overwritten.has_value(); });
}

Receipt makeReceipt(const std::vector<Change> &written, Revision revision, Receipt::Outcome outcome)
{
    Receipt receipt {.id = QUuid::createUuid().toString(QUuid::WithoutBraces),
                     .time = QDateTime::currentDateTimeUtc(),
                     .outcome = outcome,
                     .revision = revision};
    for (const Change &change : written) {
        KeyState after;
        if (change.kind != Change::Kind::Delete)
            after = {true, change.value, {}, leaseAfter(change)};
        after.modRevision = revision;
        receipt.changes.push_back(
            {.key = change.key, .kind = change.kind, .before = change.base, .after = std::move(after)});
    }
    return receipt;
}

bool amend(Receipt *receipt, const ReceiptAmendment &amendment)
{
    if (receipt->id != amendment.id)
        return false;
    if (amendment.outcome) {
        receipt->outcome = *amendment.outcome;
        receipt->revision = amendment.revision;
        for (ReceiptChange &change : receipt->changes)
            change.after.modRevision = amendment.revision;
    }
    for (const auto &[key, overwrite] : amendment.overwritten) {
        for (ReceiptChange &change : receipt->changes) {
            if (change.key == key)
                change.overwritten = overwrite;
        }
    }
    return true;
}

QJsonObject toJson(const Receipt &receipt)
{
    QJsonArray changes;
    for (const ReceiptChange &change : receipt.changes) {
        QJsonObject object {{QLatin1String("key"), base64(change.key)},
                            {QLatin1String("operation"), operationName(change.kind)},
                            {QLatin1String("before"), toJson(change.before)},
                            {QLatin1String("after"), toJson(change.after)}};
        if (change.overwritten)
            object.insert(QLatin1String("overwritten"),
                          QJsonObject {{QLatin1String("now"), toJson(change.overwritten->now)},
                                       {QLatin1String("seen"), timeText(change.overwritten->seen)}});
        changes.append(object);
    }
    return {{QLatin1String("slotscope"), QLatin1String("receipt")},
            {QLatin1String("version"), FormatVersion},
            {QLatin1String("id"), receipt.id},
            {QLatin1String("time"), timeText(receipt.time)},
            {QLatin1String("endpoint"), receipt.endpoint},
            {QLatin1String("cluster"), QString::number(receipt.clusterId)},
            {QLatin1String("member"), QString::number(receipt.memberId)},
            {QLatin1String("outcome"), outcomeName(receipt.outcome)},
            {QLatin1String("revision"), QString::number(receipt.revision.value)},
            {QLatin1String("changes"), changes}};
}

std::optional<Receipt> receiptFromJson(const QJsonObject &json)
{
    const auto outcome = outcomeFromName(json.value(QLatin1String("outcome")));
    const auto revision = numberFromJson(json.value(QLatin1String("revision")));
    Receipt receipt {.id = json.value(QLatin1String("id")).toString(),
                     .time = timeFrom(json.value(QLatin1String("time"))),
                     .endpoint = json.value(QLatin1String("endpoint")).toString(),
                     .clusterId = json.value(QLatin1String("cluster")).toString().toULongLong(),
                     .memberId = json.value(QLatin1String("member")).toString().toULongLong()};
    if (json.value(QLatin1String("slotscope")).toString() != QLatin1String("receipt")
        || json.value(QLatin1String("version")).toInt() > FormatVersion || receipt.id.isEmpty() || !outcome
        || !revision)
        return std::nullopt;
    receipt.outcome = *outcome;
    receipt.revision = Revision(*revision);
    const QJsonArray changes = json.value(QLatin1String("changes")).toArray();
    for (const auto &entry : changes) {
        const QJsonObject object = entry.toObject();
        auto key = bytesFromBase64(object.value(QLatin1String("key")));
        const auto kind = operationFromName(object.value(QLatin1String("operation")));
        auto before = keyStateFromJson(object.value(QLatin1String("before")));
        auto after = keyStateFromJson(object.value(QLatin1String("after")));
        if (!key || !kind || !before || !after)
            return std::nullopt;
        receipt.changes.push_back({std::move(*key), *kind, std::move(*before), std::move(*after)});
        if (const QJsonObject over = object.value(QLatin1String("overwritten")).toObject(); !over.isEmpty()) {
            auto now = keyStateFromJson(over.value(QLatin1String("now")));
            if (!now)
                return std::nullopt;
            receipt.changes.back().overwritten = {std::move(*now),
                                                  timeFrom(over.value(QLatin1String("seen")))};
        }
    }
    return receipt;
}

QJsonObject toJson(const ReceiptAmendment &amendment)
{
    QJsonObject object {{QLatin1String("amends"), amendment.id}};
    if (amendment.outcome) {
        object.insert(QLatin1String("outcome"), outcomeName(*amendment.outcome));
        object.insert(QLatin1String("revision"), QString::number(amendment.revision.value));
    }
    QJsonArray overwritten;
    for (const auto &[key, overwrite] : amendment.overwritten)
        overwritten.append(QJsonObject {{QLatin1String("key"), base64(key)},
                                        {QLatin1String("now"), toJson(overwrite.now)},
                                        {QLatin1String("seen"), timeText(overwrite.seen)}});
    if (!overwritten.isEmpty())
        object.insert(QLatin1String("overwritten"), overwritten);
    return object;
}

std::optional<ReceiptAmendment> amendmentFromJson(const QJsonObject &json)
{
    ReceiptAmendment amendment {.id = json.value(QLatin1String("amends")).toString()};
    if (amendment.id.isEmpty())
        return std::nullopt;
    if (json.contains(QLatin1String("outcome"))) {
        amendment.outcome = outcomeFromName(json.value(QLatin1String("outcome")));
        const auto revision = numberFromJson(json.value(QLatin1String("revision")));
        if (!amendment.outcome || !revision)
            return std::nullopt;
        amendment.revision = Revision(*revision);
    }
    const QJsonArray overwritten = json.value(QLatin1String("overwritten")).toArray();
    for (const auto &entry : overwritten) {
        const QJsonObject object = entry.toObject();
        auto key = bytesFromBase64(object.value(QLatin1String("key")));
        auto now = keyStateFromJson(object.value(QLatin1String("now")));
        if (!key || !now)
            return std::nullopt;
        amendment.overwritten.emplace_back(
            std::move(*key),
            ReceiptChange::Overwrite {std::move(*now), timeFrom(object.value(QLatin1String("seen")))});
    }
    return amendment;
}

std::vector<Change> inverseOf(const Receipt &receipt)
{
    std::vector<Change> changes;
    for (const ReceiptChange &done : receipt.changes) {
        // An absent key is guarded by its absence, whichever revision took it away.
        Change back {.key = done.key, .base = done.after.exists ? done.after : KeyState::absent()};
        if (!done.before.exists) {
            if (!done.after.exists)
                continue;
            back.kind = Change::Kind::Delete;
        } else {
            back.kind = done.after.exists ? Change::Kind::Update : Change::Kind::Insert;
            back.value = done.before.value;
            if (done.before.lease != back.base.lease)
                back.lease = {.kind = done.before.lease.value == 0 ? LeaseChoice::Kind::None
                                                                   : LeaseChoice::Kind::Existing,
                              .lease = done.before.lease};
        }
        changes.push_back(std::move(back));
    }
    return changes;
}

} // namespace slotscope::core
