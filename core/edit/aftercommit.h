// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/receiptbook.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <map>
#include <vector>

namespace slotscope::core {

/// Looks after what was committed for a while: whether another client writes over it. What the session itself
/// commits later does not count.
class AfterCommit : public QObject
{
    Q_OBJECT
public:
    static constexpr std::chrono::seconds UsualDuration {60};

    /// Follows the receipts of the book, and notes there what it sees. To be made after the session and the
    /// book, which both hear of a commit before it then.
    AfterCommit(EditSession *edits, ReceiptBook *book, Client *client, QObject *parent = nullptr);

    /// Of commits from now on; 0: nothing is looked after.
    void setDuration(std::chrono::milliseconds duration) { m_duration = duration; }
    /// How many keys are looked after now.
    size_t watched() const { return m_watched.size(); }

    /// To be connected to the watch, behind the session.
    void observe(const EventBatch &batch);
    /// After a gap in the watch: reads the keys.
    void recheck();

Q_SIGNALS:
    /// Another client wrote to a key of this receipt, at the revision that `now` has.
    void overwritten(const QString &receipt, const QByteArray &key, const slotscope::core::KeyState &now);

private:
    struct Watched
    {
        QString receipt;
        Revision revision; // of the commit, or of the last overwriting
        qint64 until = 0; // milliseconds of the clock
    };

    void watch(const Receipt &receipt);
    void takeReport(const CommitReport &report);
    void look(const EventBatch &batch);
    using Overwrites = std::map<QString, std::vector<ReceiptAmendment::Overwritten>>; // by receipt
    void note(const QByteArray &key, KeyState now, Revision at, Overwrites *overwrites);
    void tell(const Overwrites &overwrites);
    void forgetOld();

    EditSession *m_edits;
    ReceiptBook *m_book;
    Client *m_client;
    std::chrono::milliseconds m_duration = UsualDuration;
    std::map<QByteArray, Watched> m_watched;
    std::vector<EventBatch> m_deferred; // it is not known yet whether these are our own
    bool m_isOpen = false; // the outcome of the last commit is
    QElapsedTimer m_clock;
    QTimer m_expiry;
};

} // namespace slotscope::core
