// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/faults/desk.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/longtests.h"
#include "tests/support/scriptedproxy.h"
#include "ui/errortext.h"

namespace slotscope::test {

/// What may become of a commit that meets with a fault.
enum class Becomes { Works, Fails, Either };

/// What becomes of a connection with a staged edit when something goes wrong: what the user is told, what is
/// kept, and how it goes on. The table of all of it is written at the end.
class TestFaultTable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    // The network (tst_faulttable.cpp)
    void network_data();
    void network();

    // One server (faultrows_server.cpp)
    void memberStandsStill();
    void etcdIsKilledAndStartsAgain();
    void quotaIsUsedUp();
    void certificateIsRenewed();
    void authIsSwitchedOn();
    void roleIsRevoked();
    void tokensExpire();

    // Several (faultrows_cluster.cpp)
    void membersOfThree();
    void memberIsCutOff();

    // The disk (faultrows_disk.cpp)
    void diskIsFullOnExport();
    void diskIsFullOnDrafts();
    void diskIsFullOnSettings();
    void homeIsReadOnly();

    // The clock (faultrows_clock.cpp)
    void clockIsSet();
    void clockIsSetBetweenSessions();
    void clockIsBeyondACertificate();
    void clockIsSetUnderACommand();

private:
    struct Line
    {
        QString fault;
        QString seen;
        QString kept;
        QString recovery;
    };

    /// A row of the table; by default of the name of the test.
    void note(const QString &seen, const QString &kept, const QString &recovery);
    void noteAs(const QString &fault, const QString &seen, const QString &kept, const QString &recovery);
    void noteUntried(const QString &why);

    // Some rows want surroundings that a running process cannot have: a clock or networks of its own. The
    // program runs itself again there, for that test only, and takes over the rows.
    static bool isInside();
    /// In `wrapper`, a program and arguments that it is appended to, with these variables. False, with its
    /// output on the console: it failed, or noted nothing.
    bool runInside(const QStringList &wrapper, const QMap<QString, QString> &variables);
    void runWithAClock();
    void takeRows(const QByteArray &rows);
    void giveRows() const;

    std::vector<Line> m_lines;
    std::unique_ptr<EtcdProcess> m_etcd;
    std::unique_ptr<ScriptedProxy> m_proxy;
};

} // namespace slotscope::test

Q_DECLARE_METATYPE(slotscope::test::ScriptedProxy::Plan)
Q_DECLARE_METATYPE(slotscope::test::Becomes)
