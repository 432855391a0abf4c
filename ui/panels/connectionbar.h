// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/connection.h"
#include "ui/errortext.h"

#include <QToolBar>

class QLabel;
class QPushButton;
class QToolButton;

namespace slotscope::ui {

class ElidedLabel;
class MemberNews;
class RatePlot;

/// The bar at the top: which etcd, in what state, at which revision, and what to do when it is away.
class ConnectionBar : public QToolBar
{
    Q_OBJECT
public:
    explicit ConnectionBar(QWidget *parent = nullptr);

    /// Follows the connection while it lives; null pointer: none.
    void follow(core::Connection *connection);
    /// What the user calls it, and its colour; both may be none. For the connection that is followed next.
    void setLook(const QString &name, const QColor &colour);
    /// Who of the cluster serves it.
    const MemberNews *members() const { return m_members; }

Q_SIGNALS:
    /// The user wants to see who belongs to the cluster.
    void membersRequested();
    /// … or all that there is to say about why it is not online.
    void detailsRequested(const slotscope::ui::ErrorText &text);

private:
    void update();
    void updateRates();
    void updateServer();
    ErrorText errorText() const;

    QPointer<core::Connection> m_connection;
    QString m_name;
    QLabel *m_chip; // in the profile's colour
    QAction *m_chipAction;
    QLabel *m_mark;
    QLabel *m_endpoint;
    ElidedLabel *m_state;
    QToolButton *m_server; // its version and size
    QAction *m_serverAction;
    RatePlot *m_rates;
    QAction *m_ratesAction; // by which it is shown and hidden
    MemberNews *m_members;
    QPushButton *m_details;
    QAction *m_detailsAction; // by which it is shown and hidden
    QPushButton *m_retry;
};

/// `live at revision 42`, `reconnecting since 12:03:07`, … in a few words.
QString connectionStateText(const core::Connection &connection);

} // namespace slotscope::ui
