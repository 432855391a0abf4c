// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a commit did, and how that is written down.
//
// The history of a cluster is a file of JSON objects, one a line. A receipt: {"slotscope": "receipt",
// "version": 1, "id", "time", "endpoint", "cluster", "member", "revision", "outcome", "name", "changes":
// [{"key", "operation", "before": {…}, "after": {…}}…]}. Later news of it: {"amends": id, "outcome",
// "revision", "overwritten": [{"key", "now": {…}, "seen": time}…]}. Bytes are base64; a key's state has
// `value` if it is there, `revision` and `lease`.
#pragma once

#include "core/edit/editsession.h"

#include <QDateTime>
#include <QJsonObject>

#include <vector>

namespace slotscope::core {

/// A key that a commit wrote.
struct ReceiptChange
{
    /// Somebody else wrote to it soon after.
    struct Overwrite
    {
        KeyState now; ///< modRevision: theirs, also for a deletion
        QDateTime seen;

        friend bool operator==(const Overwrite &, const Overwrite &) = default;
    };
    QByteArray key;
    Change::Kind kind = Change::Kind::Update;
    KeyState before;
    KeyState after; ///< modRevision: of the commit, also for a deletion
    std::optional<Overwrite> overwritten {};

    friend bool operator==(const ReceiptChange &, const ReceiptChange &) = default;
};

struct Receipt
{
    enum class Outcome {
        Committed,
        FoundLater, ///< committed; its answer was lost, and found out afterwards
        Unknown,
        NotCommitted, ///< its answer was lost; nothing was written, as was found out afterwards
    };
    QString id;
    QDateTime time;
    QString endpoint;
    quint64 clusterId = 0;
    quint64 memberId = 0; ///< that answered; 0: not known
    Outcome outcome = Outcome::Committed;
    Revision revision;
    std::vector<ReceiptChange> changes;

    bool wasWritten() const { return outcome == Outcome::Committed || outcome == Outcome::FoundLater; }
    bool isOverwritten() const;
    friend bool operator==(const Receipt &, const Receipt &) = default;
};

/// News of a receipt.
struct ReceiptAmendment
{
    QString id;
    std::optional<Receipt::Outcome> outcome;
    Revision revision; ///< with an outcome that was written
    using Overwritten = std::pair<QByteArray, ReceiptChange::Overwrite>; // by its key
    std::vector<Overwritten> overwritten;
};

/// With an id of its own. `written` as CommitReport has it.
Receipt makeReceipt(const std::vector<Change> &written, Revision revision, Receipt::Outcome outcome);
/// False when it is not about this receipt.
bool amend(Receipt *receipt, const ReceiptAmendment &amendment);

QJsonObject toJson(const Receipt &receipt);
QJsonObject toJson(const ReceiptAmendment &amendment);
std::optional<Receipt> receiptFromJson(const QJsonObject &json);
std::optional<ReceiptAmendment> amendmentFromJson(const QJsonObject &json);

/// What takes a commit back, for EditSession::restore(): every key to what it was before, each made on what
/// the commit left there.
std::vector<Change> inverseOf(const Receipt &receipt);

} // namespace slotscope::core

Q_DECLARE_METATYPE(slotscope::core::Receipt)
