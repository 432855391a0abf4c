// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a draft is, and how it is written: the journal of an edit session.
//
// A draft is a file of lines. Each is a CRC-32 of the rest in eight hex digits, a blank, a JSON object and a
// line feed. The first object is the header: {"slotscope": "draft", "version": 1, "endpoint": URL, "cluster":
// id, "begun": time}. Every other one is a step: {"at": time, "drop": [key…], "set": [change…], "guards":
// [guard…], "sent": bool, "sentChanges": [change…]}, taken in order; `guards` replaces all guards, `sent`
// says whether a commit is on its way or its outcome is not known. What was sent is what is staged by then,
// unless `sentChanges` says otherwise. Changes and guards are as changejson writes them. Each prefix of whole
// lines is a state that was once staged.
#pragma once

#include "core/base/error.h"
#include "core/edit/change.h"

#include <QDateTime>
#include <QHash>

#include <vector>

namespace slotscope::core {

/// Whose draft it is.
struct DraftHeader
{
    QString endpoint;
    quint64 clusterId = 0;
    QDateTime begun;

    friend bool operator==(const DraftHeader &, const DraftHeader &) = default;
};

/// What became different in a session.
struct DraftStep
{
    QDateTime at;
    std::vector<QByteArray> drop; ///< no longer staged
    std::vector<Change> set; ///< staged as this
    std::optional<std::vector<Guard>> guards; ///< all of them, where they are others than before
    std::optional<bool> sent; ///< a commit is on its way, or its outcome is open
    std::optional<std::vector<Change>> sentChanges {}; ///< what was sent, where more was edited since

    bool isEmpty() const { return drop.empty() && set.empty() && !guards && !sent; }
    /// About what it takes on disk.
    qint64 weight() const;
};

/// All that is staged in a session.
class DraftState
{
public:
    void apply(const DraftStep &step);
    /// The step that leads here from nothing.
    DraftStep asStep() const;

    /// In the order of staging.
    std::vector<Change> changes() const;
    const std::vector<Guard> &guards() const { return m_guards; }
    bool isSent() const { return m_sent; }
    /// What was sent, as it was staged then.
    const std::vector<Change> &sentChanges() const { return m_sentChanges; }
    QDateTime changed() const { return m_changed; }
    bool isEmpty() const { return m_position.isEmpty() && m_guards.empty(); }

private:
    std::vector<Change> m_changes; // what is dropped has the null key until there is too much of it
    QHash<QByteArray, size_t> m_position;
    std::vector<Guard> m_guards;
    bool m_sent = false;
    std::vector<Change> m_sentChanges;
    QDateTime m_changed;
};

/// A draft as it was found.
struct ReadDraft
{
    enum class Health {
        Whole,
        Torn, ///< the last line was not written to its end; it is left out
        Damaged, ///< something within it is not what was written; it is read up to there
    };
    DraftHeader header;
    DraftState state;
    Health health = Health::Whole;
    qsizetype goodBytes = 0; ///< up to where it is whole
};

QByteArray writeDraftHeader(const DraftHeader &header);
QByteArray writeDraftStep(const DraftStep &step);
/// Fails where not even the header can be read, or where a later Slotscope wrote it (InvalidArgument).
Result<ReadDraft> readDraft(const QByteArray &bytes);

} // namespace slotscope::core
