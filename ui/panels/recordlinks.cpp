// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/recordlinks.h"

#include "core/value/valuetext.h"
#include "ui/models/changesummary.h"
#include "ui/models/recordmodel.h"
#include "ui/views/recordview.h"

#include <QHelpEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QToolTip>

namespace slotscope::ui {

namespace {

constexpr int MostKnown = 50;
constexpr qint64 KeptMilliseconds = 10'000;
constexpr size_t MostFields = 8;
constexpr int FieldLimit = 80; // characters
/// Larger values are not decoded for a tooltip.
constexpr qsizetype LargestPeek = 64 * 1024;

QStringList fieldLines(const core::Value &value)
{
    if (value.kind() != core::Value::Kind::Map)
        return {core::displayText(value, 2 * FieldLimit)};
    QStringList lines;
    for (const core::Member &member : value.members()) {
        // One more takes no more room than to say so.
        if (size_t(lines.size()) == MostFields && value.members().size() > MostFields + 1) {
            lines.append(LinkPeek::tr("… %1 more fields").arg(value.members().size() - MostFields));
            break;
        }
        const QString text =
            member.value.isNull() ? QStringLiteral("null") : core::displayText(member.value, FieldLimit);
        lines.append(QStringLiteral("%1: %2").arg(core::displayText(member.key, FieldLimit), text));
    }
    return lines;
}

} // namespace

LinkPeek::LinkPeek(core::Connection *connection, QObject *parent)
    : QObject(parent)
    , m_connection(connection)
    , m_known(MostKnown)
{
    m_clock.start();
}

QString LinkPeek::text(const QByteArray &key)
{
    const Known *known = m_known.object(key);
    if (known && m_clock.elapsed() - known->since > KeptMilliseconds)
        known = nullptr;
    // What is staged is known without asking.
    if (!known && !m_connection->edits()->find(key))
        fetch(key);
    return describe(key, known);
}

void LinkPeek::fetch(const QByteArray &key)
{
    if (m_asked == key)
        return;
    m_asked = key;
    m_connection->client()
        ->range({.range = core::KeyRange::single(key)})
        .then(this, [this, key](const core::Result<core::RangeReply> &reply) {
            if (m_asked == key)
                m_asked.clear();
            auto *known = new Known {.since = m_clock.elapsed()};
            if (!reply)
                known->problem = tr("It cannot be read now.");
            else if (!reply->kvs.empty())
                known->record = reply->kvs.front();
            m_known.insert(key, known);
            Q_EMIT ready(key);
        });
}

QString LinkPeek::describe(const QByteArray &key, const Known *known) const
{
    const ResolvedKey resolved = resolverFor(m_connection->directory())(key);
    QStringList lines {tr("→ %1 %2").arg(resolved.table, keyText(resolved.codec, key))};
    const auto addValue = [&](const QByteArray &value) {
        if (value.size() > LargestPeek) {
            lines.append(tr("a value of %1").arg(QLocale().formattedDataSize(value.size())));
            return;
        }
        const auto decoded = resolved.codec.decodeValue(value);
        if (decoded)
            lines += fieldLines(*decoded);
        else
            lines.append(tr("Cannot be decoded: %1").arg(decoded.error().what));
    };
    if (const core::Change *change = m_connection->edits()->find(key)) {
        if (change->kind == core::Change::Kind::Delete) {
            lines.append(tr("To be deleted at the next commit"));
        } else {
            addValue(change->value);
            lines.append(tr("Edited, not committed yet"));
        }
    } else if (!known) {
        lines.append(QStringLiteral("…"));
    } else if (!known->problem.isEmpty()) {
        lines.append(known->problem);
    } else if (known->record) {
        addValue(known->record->value);
    } else {
        lines.append(tr("This record does not exist."));
    }
    return lines.join(QLatin1Char('\n'));
}

RecordLinks::RecordLinks(core::Connection *connection, RecordView *view, LinkAt linkAt)
    : QObject(view)
    , m_view(view)
    , m_linkAt(std::move(linkAt))
    , m_peek(new LinkPeek(connection, this))
{
    // For the underline and the hand.
    view->setMouseTracking(true);
    view->viewport()->setAttribute(Qt::WA_Hover);
    view->viewport()->installEventFilter(this);
    connect(m_peek, &LinkPeek::ready, this, &RecordLinks::refreshTip);
}

bool RecordLinks::eventFilter(QObject *watched, QEvent *event)
{
    switch (event->type()) {
    case QEvent::ToolTip: {
        const auto *help = static_cast<QHelpEvent *>(event);
        return showTip(help->pos(), help->globalPos());
    }
    case QEvent::MouseMove: {
        const auto *mouse = static_cast<QMouseEvent *>(event);
        updateCursor(mouse->position().toPoint(), mouse->modifiers());
        break;
    }
    case QEvent::MouseButtonPress: {
        // Ctrl alone adds to the selection; on a link it follows, so the view does not get to see the click.
        const auto *mouse = static_cast<QMouseEvent *>(event);
        const QModelIndex index = m_view->indexAt(mouse->position().toPoint());
        m_pressed = QPersistentModelIndex();
        if (mouse->button() != Qt::LeftButton || mouse->modifiers() != Qt::ControlModifier
            || !m_linkAt(index))
            break;
        m_pressed = index;
        return true;
    }
    case QEvent::MouseButtonRelease: {
        const auto *mouse = static_cast<QMouseEvent *>(event);
        const QPersistentModelIndex pressed = std::exchange(m_pressed, QPersistentModelIndex());
        if (!pressed.isValid())
            break;
        if (m_view->indexAt(mouse->position().toPoint()) != pressed)
            return true; // thought better of it
        const auto key = m_linkAt(pressed);
        if (!key)
            return true;
        // Back leads here.
        m_view->selectionModel()->setCurrentIndex(pressed, QItemSelectionModel::ClearAndSelect);
        QToolTip::hideText();
        Q_EMIT followRequested(*key);
        return true;
    }
    case QEvent::Leave:
        m_view->viewport()->unsetCursor();
        break;
    default:
        break;
    }
    return QObject::eventFilter(watched, event);
}

void RecordLinks::updateCursor(const QPoint &position, Qt::KeyboardModifiers modifiers)
{
    const bool follows = modifiers == Qt::ControlModifier && m_linkAt(m_view->indexAt(position));
    if (follows)
        m_view->viewport()->setCursor(Qt::PointingHandCursor);
    else
        m_view->viewport()->unsetCursor();
}

QString RecordLinks::tipText(const QModelIndex &index, const QByteArray &key)
{
    QStringList lines;
    if (const QString own = index.data(RecordModel::TipTextRole).toString(); !own.isEmpty())
        lines.append(own);
    lines.append(m_peek->text(key));
    lines.append(tr("Ctrl+click or F4 follows."));
    // Data is not markup.
    return QStringLiteral("<p style='white-space:pre-wrap'>%1</p>")
        .arg(lines.join(QLatin1Char('\n')).toHtmlEscaped());
}

bool RecordLinks::showTip(const QPoint &position, const QPoint &globalPosition)
{
    const QModelIndex index = m_view->indexAt(position);
    const auto key = m_linkAt(index);
    m_tipKey.clear();
    if (!key)
        return false; // as of any other cell
    m_tipIndex = index;
    m_tipKey = *key;
    m_tipPosition = globalPosition;
    QToolTip::showText(m_tipPosition, tipText(index, *key), m_view->viewport(), m_view->visualRect(index));
    return true;
}

void RecordLinks::refreshTip(const QByteArray &key)
{
    // Only where the mouse still is, and while the tip is still shown.
    if (key != m_tipKey || !m_tipIndex.isValid() || !QToolTip::isVisible() || m_linkAt(m_tipIndex) != key)
        return;
    QToolTip::showText(m_tipPosition, tipText(m_tipIndex, key), m_view->viewport(),
                       m_view->visualRect(m_tipIndex));
}

} // namespace slotscope::ui
