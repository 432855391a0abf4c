// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/connectionbar.h"

#include "core/live/liverates.h"
#include "ui/models/accesstext.h"
#include "ui/models/membernews.h"
#include "ui/theme.h"
#include "ui/tooltip.h"
#include "ui/views/elidedlabel.h"
#include "ui/views/rateplot.h"

#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QToolButton>

namespace slotscope::ui {

namespace {

constexpr int ChipWidth = 10;

/// Its address, and what of it is shown and how far it is to be trusted, where that is not the usual.
QString placeText(const core::Connection &connection)
{
    const core::ConnectionOptions &options = connection.options();
    QString text = options.endpoint().toString();
    if (options.ssh.isUsed())
        text += ConnectionBar::tr(" through %1").arg(options.ssh.destination);
    if (!options.prefix.isEmpty())
        text += ConnectionBar::tr(", keys below “%1”").arg(QString::fromUtf8(options.prefix));
    if (!options.tls.verify && connection.endpoint().url.scheme() == QLatin1String("https"))
        text += ConnectionBar::tr(", certificate not verified");
    return text;
}

} // namespace

QString connectionStateText(const core::Connection &connection)
{
    const QString since = QLocale().toString(connection.since().time(), QStringLiteral("HH:mm:ss"));
    switch (connection.state()) {
    case core::Connection::State::Connecting:
        if (connection.isSignInRefused())
            return ConnectionBar::tr("not signed in");
        return ConnectionBar::tr("connecting since %1").arg(since);
    case core::Connection::State::Online:
        if (const QDateTime silent = connection.silentSince(); silent.isValid())
            return ConnectionBar::tr("no answer since %1, shown as of revision %2")
                .arg(QLocale().toString(silent.time(), QStringLiteral("HH:mm:ss")))
                .arg(connection.revision().value);
        return ConnectionBar::tr("live at revision %1").arg(connection.revision().value);
    case core::Connection::State::Reconnecting:
        if (connection.isSignInRefused())
            return ConnectionBar::tr("not signed in since %1, shown as of revision %2")
                .arg(since)
                .arg(connection.revision().value);
        return ConnectionBar::tr("reconnecting since %1, shown as of revision %2")
            .arg(since)
            .arg(connection.revision().value);
    case core::Connection::State::Closed:
        break;
    }
    return ConnectionBar::tr("not connected");
}

ConnectionBar::ConnectionBar(QWidget *parent)
    : QToolBar(tr("Connection"), parent)
    , m_chip(new QLabel(this))
    , m_mark(new QLabel(this))
    , m_endpoint(new QLabel(this))
    , m_state(new ElidedLabel(this))
    , m_server(new QToolButton(this))
    , m_rates(new RatePlot(this))
    , m_members(new MemberNews(this))
    , m_details(new QPushButton(tr("Details …"), this))
    , m_retry(new QPushButton(tr("Retry now"), this))
{
    setObjectName(QStringLiteral("connectionBar"));
    setMovable(false);
    for (QLabel *label : {m_endpoint, static_cast<QLabel *>(m_state)}) {
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    // What went wrong may take many words, and what can be done about it has to stay in sight.
    m_state->setObjectName(QStringLiteral("connectionState"));
    m_state->setMinimumWidth(20 * fontMetrics().averageCharWidth());
    QFont bold = m_endpoint->font();
    bold.setBold(true);
    m_endpoint->setFont(bold);
    m_mark->setContentsMargins(8, 0, 4, 0);
    m_endpoint->setContentsMargins(0, 0, 10, 0);
    m_chip->setObjectName(QStringLiteral("profileColour"));
    m_chip->setContentsMargins(8, 0, 0, 0);
    m_chipAction = addWidget(m_chip);
    m_chipAction->setVisible(false);
    addWidget(m_mark);
    addWidget(m_endpoint);
    addWidget(m_state);
    auto *stretch = new QWidget(this);
    stretch->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    addWidget(stretch);
    m_ratesAction = addWidget(m_rates);
    m_server->setObjectName(QStringLiteral("serverButton"));
    m_server->setAutoRaise(true);
    m_serverAction = addWidget(m_server);
    connect(m_server, &QToolButton::clicked, this, &ConnectionBar::membersRequested);
    connect(m_members, &MemberNews::changed, this, &ConnectionBar::updateServer);
    m_details->setObjectName(QStringLiteral("connectionDetails"));
    m_detailsAction = addWidget(m_details);
    m_detailsAction->setVisible(false);
    connect(m_details, &QPushButton::clicked, this, [this] {
        if (m_connection)
            Q_EMIT detailsRequested(errorText());
    });
    // A widget in a tool bar is shown and hidden by its action only.
    QAction *retry = addWidget(m_retry);
    retry->setVisible(false);
    m_retry->setProperty("action", QVariant::fromValue<QObject *>(retry));
    connect(m_retry, &QPushButton::clicked, this, [this] {
        if (m_connection)
            m_connection->retryNow();
    });
    update();
    updateRates();
}

void ConnectionBar::follow(core::Connection *connection)
{
    if (m_connection) {
        disconnect(m_connection, nullptr, this, nullptr);
        disconnect(m_connection->rates(), nullptr, this, nullptr);
    }
    m_connection = connection;
    m_members->follow(connection);
    if (connection) {
        connect(connection, &core::Connection::stateChanged, this, &ConnectionBar::update);
        connect(connection, &core::Connection::revisionChanged, this, &ConnectionBar::update);
        connect(connection, &core::Connection::silenceChanged, this, &ConnectionBar::update);
        connect(connection->rates(), &core::LiveRates::changed, this, &ConnectionBar::updateRates);
        connect(connection, &QObject::destroyed, this, &ConnectionBar::update);
    }
    update();
    updateRates();
}

void ConnectionBar::setLook(const QString &name, const QColor &colour)
{
    m_name = name;
    m_chipAction->setVisible(colour.isValid());
    QPixmap chip(ChipWidth, fontMetrics().height());
    chip.fill(colour);
    m_chip->setPixmap(chip);
    update();
}

void ConnectionBar::updateRates()
{
    m_ratesAction->setVisible(m_connection);
    if (m_connection)
        m_rates->setRates(m_connection->rates()->rate(), m_connection->rates()->history());
}

void ConnectionBar::update()
{
    auto *retry = qobject_cast<QAction *>(m_retry->property("action").value<QObject *>());
    if (!m_connection) {
        m_mark->clear();
        m_endpoint->setText(tr("No connection"));
        m_state->setText({});
        m_state->setToolTip({});
        m_serverAction->setVisible(false);
        m_detailsAction->setVisible(false);
        retry->setVisible(false);
        return;
    }
    const bool online = m_connection->state() == core::Connection::State::Online;
    const core::AccessRights &rights = m_connection->client()->rights();
    QString place = placeText(*m_connection);
    if (!rights.user.isEmpty())
        place = tr("%1 as %2").arg(place, rights.user);
    m_endpoint->setText(m_name.isEmpty() ? place : tr("%1 — %2").arg(m_name, place));
    m_endpoint->setToolTip(rightsText(rights, m_connection->directory()));
    QString state = connectionStateText(*m_connection);
    const bool failed = !online && !m_connection->error().detail.isEmpty();
    if (failed && !m_members->serving().isEmpty())
        state += tr(" — the member %1 was lost").arg(m_members->serving());
    if (failed)
        state += QStringLiteral(" — ") + errorText().summary;
    m_state->setText(state);
    m_state->setToolTip(asTip(state));
    updateServer();
    const bool answers = online && !m_connection->silentSince().isValid();
    m_mark->setPixmap(answers ? QPixmap() : theme::icon(theme::Glyph::Warning).pixmap(16, 16));
    m_mark->setAccessibleName(answers ? tr("online") : online ? tr("no answer") : tr("offline"));
    m_detailsAction->setVisible(failed);
    retry->setVisible(failed);
}

ErrorText ConnectionBar::errorText() const
{
    return describe(m_connection->error(), endpointsText(m_connection->options()));
}

void ConnectionBar::updateServer()
{
    const core::StatusReply &status = m_connection->serverStatus();
    m_serverAction->setVisible(!status.version.isEmpty());
    QString text = tr("etcd %1 · %2").arg(status.version, locale().formattedDataSize(status.dbSize));
    if (!m_members->isKnown() && !status.errors.isEmpty())
        text += tr(" · alarm!");
    if (!m_members->alarms().isEmpty())
        text += tr(" · alarm: %1").arg(m_members->alarms().join(QStringLiteral(", ")));
    if (!m_members->away().isEmpty())
        text += tr(" · away: %1").arg(m_members->away().join(QStringLiteral(", ")));
    m_server->setText(text);
    m_server->setToolTip(m_members->serving().isEmpty()
                             ? tr("Members of the cluster")
                             : tr("Members of the cluster; %1 serves").arg(m_members->serving()));
}

} // namespace slotscope::ui
