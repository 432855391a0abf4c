// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/connection.h"

#include <QCache>
#include <QElapsedTimer>
#include <QObject>
#include <QPersistentModelIndex>
#include <QPoint>

#include <functional>
#include <optional>

namespace slotscope::ui {

class RecordView;

/// What records that links lead to hold, in short: fetched one at a time when asked for, kept for a moment.
class LinkPeek : public QObject
{
    Q_OBJECT
public:
    explicit LinkPeek(core::Connection *connection, QObject *parent = nullptr);

    /// Title of the table, key and the first fields, as plain lines; or that it does not exist. While it is
    /// being fetched, only the first two, and ready() follows.
    QString text(const QByteArray &key);

Q_SIGNALS:
    void ready(const QByteArray &key);

private:
    struct Known
    {
        std::optional<core::KeyValue> record; // nothing: it does not exist
        qint64 since = 0;
        QString problem; // why it could not be fetched
    };
    QString describe(const QByteArray &key, const Known *known) const;
    void fetch(const QByteArray &key);

    core::Connection *m_connection;
    QCache<QByteArray, Known> m_known;
    QByteArray m_asked; // on its way
    QElapsedTimer m_clock;
};

/// The mouse on linked cells of a table: Ctrl+click follows, and the tooltip shows where they lead.
class RecordLinks : public QObject
{
    Q_OBJECT
public:
    using LinkAt = std::function<std::optional<QByteArray>(const QModelIndex &)>;

    /// `linkAt` tells the key that a cell leads to. Lives as long as the view.
    RecordLinks(core::Connection *connection, RecordView *view, LinkAt linkAt);

    bool eventFilter(QObject *watched, QEvent *event) override;

Q_SIGNALS:
    void followRequested(const QByteArray &key);

private:
    bool showTip(const QPoint &position, const QPoint &globalPosition);
    void refreshTip(const QByteArray &key);
    QString tipText(const QModelIndex &index, const QByteArray &key);
    void updateCursor(const QPoint &position, Qt::KeyboardModifiers modifiers);

    RecordView *m_view;
    LinkAt m_linkAt;
    LinkPeek *m_peek;
    QPersistentModelIndex m_tipIndex; // whose tip is shown
    QByteArray m_tipKey;
    QPoint m_tipPosition; // global
    QPersistentModelIndex m_pressed; // with Ctrl
};

} // namespace slotscope::ui
