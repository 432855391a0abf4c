// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QTcpServer>

namespace slotscope::test {

/// Stands between a client and a server, and does to their connections what it is told, until it is told
/// otherwise.
class ScriptedProxy : public QObject
{
    Q_OBJECT
public:
    /// What is done to each connection.
    struct Plan
    {
        enum Kind {
            Pass,
            Delay, ///< every reply comes so many milliseconds later
            Throttle, ///< so many bytes of replies a second, on each connection
            Silence, ///< connections stay, new ones are taken, and nothing comes through either way
            Refuse, ///< connections are reset as soon as they are made
            LoseRequest, ///< reset when a request has come, which the server does not get
            LoseReply, ///< reset when the reply begins, so that the server has done what it was asked
            CutReply, ///< reset after so many bytes of a reply
            EndReply, ///< ended in order after so many bytes of a reply
            Garble, ///< replies are other bytes, as many
            Say, ///< the text instead of a reply, and the connection ends
            SayAndHold, ///< the text, and then nothing more
            SayForEver, ///< the text, and then its last so many bytes over and over
            Trickle, ///< a reply of one byte every so many milliseconds
        };
        Kind kind = Pass;
        int number = 0;
        QByteArray text {};
        QByteArray interest {}; ///< only connections whose request holds it; empty: all
    };

    explicit ScriptedProxy(quint16 serverPort);
    ~ScriptedProxy() override;

    QString endpoint() const;
    /// From now on. Connections that are open meet with it at once; by being reset where it is about replies
    /// only.
    void set(const Plan &plan);
    /// How often the plan was carried out.
    int faults() const { return m_faults; }

private:
    class Link;

    QTcpServer m_server;
    quint16 m_serverPort;
    Plan m_plan;
    QList<Link *> m_links;
    int m_faults = 0;
};

} // namespace slotscope::test
