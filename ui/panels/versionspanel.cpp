// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/versionspanel.h"

#include "core/table/recordjson.h"
#include "ui/errortext.h"
#include "ui/panels/banner.h"
#include "ui/panels/panelparts.h"
#include "ui/panels/travelband.h"
#include "ui/panels/versiondetail.h"

#include <QCheckBox>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QPushButton>
#include <QSplitter>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>

namespace slotscope::ui {

using core::KeyHistory;
using core::KeyVersion;

namespace {

constexpr std::chrono::milliseconds Patience(250);

} // namespace

VersionsPanel::VersionsPanel(QWidget *parent)
    : QWidget(parent)
    , m_model(new VersionModel(this))
    , m_banner(new Banner(this))
    , m_title(new QLabel)
    , m_followBox(new QCheckBox(tr("&Follow the selection")))
    , m_view(new QTreeView)
    , m_detail(new VersionDetail)
    , m_restore(new QPushButton(tr("&Restore this version")))
    , m_copy(new QPushButton(tr("&Copy")))
    , m_copyMenu(new QMenu(m_copy))
{
    m_due.setSingleShot(true);
    m_due.setInterval(Patience);
    connect(&m_due, &QTimer::timeout, this, &VersionsPanel::readIfSeen);

    setUpLines(m_view, m_model, QStringLiteral("versions"), tr("Versions of the record"));
    const int unit = m_view->fontMetrics().averageCharWidth();
    m_view->header()->resizeSection(VersionModel::RevisionColumn, 10 * unit);
    m_view->header()->resizeSection(VersionModel::VersionColumn, 9 * unit);
    m_view->header()->resizeSection(VersionModel::KindColumn, 16 * unit);
    m_view->header()->resizeSection(VersionModel::SizeColumn, 10 * unit);
    m_view->header()->resizeSection(VersionModel::TimeColumn, 18 * unit);
    m_title->setTextFormat(Qt::PlainText);
    m_title->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_followBox->setChecked(true);
    m_followBox->setToolTip(tr("Off: holds on to this record, whatever is selected in the table"));
    m_restore->setToolTip(tr("Stages an edit that makes the record what it was then"));
    m_copy->setMenu(m_copyMenu);
    m_copyMenu->addAction(tr("As &text"), this, [this] { copy(CopyAs::Text); });
    m_copyMenu->addAction(tr("As &JSON, the whole record"), this, [this] { copy(CopyAs::Json); });
    m_copyMenu->addAction(tr("The bytes as &hex"), this, [this] { copy(CopyAs::Hex); });

    auto *head = new QHBoxLayout;
    head->addWidget(m_title, 1);
    head->addWidget(m_followBox);
    head->addWidget(m_copy);
    head->addWidget(m_restore);
    auto *splitter = new QSplitter(Qt::Horizontal);
    splitter->setObjectName(QStringLiteral("versionsSplitter"));
    splitter->addWidget(m_view);
    splitter->addWidget(m_detail);
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 1);
    splitter->setChildrenCollapsible(false);
    splitter->setSizes({1000, 1000}); // of whatever width there is, half each
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(head);
    layout->addWidget(m_banner);
    layout->addWidget(splitter, 1);
    setFocusProxy(m_view);

    connect(m_followBox, &QCheckBox::toggled, this, [this](bool on) {
        if (!on || m_selected.isEmpty())
            return;
        m_wanted = m_selected;
        m_due.start();
    });
    connect(m_restore, &QPushButton::clicked, this, &VersionsPanel::restore);
    connect(m_banner, &Banner::actionTriggered, this, &VersionsPanel::bannerAction);
    connect(m_view, &QTreeView::customContextMenuRequested, this, &VersionsPanel::showContextMenu);
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &VersionsPanel::selectionChanged);
    connect(m_model, &QAbstractItemModel::modelReset, this, &VersionsPanel::selectionChanged);
    stateChanged();
    selectionChanged();
}

VersionsPanel::~VersionsPanel()
{
    m_model->follow(nullptr, core::SlotCodec());
}

void VersionsPanel::follow(core::Connection *connection)
{
    m_due.stop();
    m_model->follow(nullptr, core::SlotCodec());
    m_history.reset();
    m_key.clear();
    m_selected.clear();
    m_wanted.clear();
    m_connection = connection;
    stateChanged();
    if (!connection)
        return;
    // The watch may have lost events before that, or the data is another.
    connect(connection->directory(), &core::SlotDirectory::loaded, this, [this] {
        if (m_history)
            m_history->read();
    });
    connect(connection, &core::Connection::stateChanged, this, [this] {
        if (m_history && m_history->state() == KeyHistory::State::Failed
            && m_connection->state() == core::Connection::State::Online)
            m_history->read();
    });
    connect(connection->directory(), &core::SlotDirectory::slotChanged, this, [this](core::Slot slot) {
        if (core::SlotDirectory::slotOf(m_key) == slot)
            refresh();
    });
}

void VersionsPanel::setSelected(const QByteArray &key)
{
    if (key.isEmpty() || key == m_selected)
        return;
    m_selected = key;
    if (!m_followBox->isChecked() && !m_wanted.isEmpty())
        return;
    m_wanted = key;
    m_due.start();
}

void VersionsPanel::showKey(const QByteArray &key)
{
    m_wanted = key;
    m_key.clear();
    m_due.stop();
    readIfSeen();
}

void VersionsPanel::visit(const QByteArray &key)
{
    if (m_followBox->isChecked() && key != m_key)
        showKey(key);
}

void VersionsPanel::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    Q_EMIT roomWanted();
    readIfSeen();
}

void VersionsPanel::readIfSeen()
{
    if (!isVisible() || !m_connection || m_wanted.isEmpty() || (m_history && m_key == m_wanted))
        return;
    m_key = m_wanted;
    read();
}

void VersionsPanel::read()
{
    if (!m_connection || m_key.isEmpty())
        return;
    m_model->follow(nullptr, core::SlotCodec());
    m_history = std::make_unique<KeyHistory>(m_connection->client(), m_key);
    m_resolved = resolverFor(m_connection->directory())(m_key);
    m_model->setTimes([connection = m_connection](core::Revision revision) {
        return connection ? timeText(connection->times().at(revision)) : QString();
    });
    m_model->follow(m_history.get(), m_resolved.codec);
    connect(m_connection->watch(), &core::Watch::eventsReceived, m_history.get(), &KeyHistory::observe);
    connect(m_history.get(), &KeyHistory::stateChanged, this, &VersionsPanel::stateChanged);
    // What is new is at the top, where whoever looks at the latest version is to stay.
    connect(m_history.get(), &KeyHistory::appended, this, &VersionsPanel::stateChanged);
    m_history->read();
}

void VersionsPanel::refresh()
{
    if (!m_connection || m_key.isEmpty())
        return;
    m_resolved = resolverFor(m_connection->directory())(m_key);
    m_model->setCodec(m_resolved.codec);
    stateChanged();
    selectionChanged();
}

void VersionsPanel::stateChanged()
{
    if (!m_history) {
        m_title->setText(tr("Select a record to see its history."));
        m_banner->clearMessage();
        selectionChanged();
        return;
    }
    const QString record = QStringLiteral("%1 · %2").arg(m_resolved.table, keyText(m_resolved.codec, m_key));
    const QString count = QLocale().toString(qulonglong(m_history->versions().size()));
    switch (m_history->state()) {
    case KeyHistory::State::Idle:
    case KeyHistory::State::Reading:
        m_title->setText(tr("%1 · reading, %2 so far …").arg(record, count));
        m_banner->clearMessage();
        break;
    case KeyHistory::State::Complete: {
        m_title->setText(m_history->versions().size() == 1 ? tr("%1 · 1 version").arg(record)
                                                           : tr("%1 · %2 versions").arg(record, count));
        const QString beginning = beginningText(*m_history);
        if (beginning.isEmpty())
            m_banner->clearMessage();
        else
            m_banner->setMessage(theme::Mark::Warning, beginning);
        if (!m_view->currentIndex().isValid() && m_model->rowCount() > 0)
            m_view->setCurrentIndex(m_model->index(0, 0));
        break;
    }
    case KeyHistory::State::Failed:
        m_title->setText(record);
        m_banner->setMessage(
            theme::Mark::Conflict,
            tr("The history could not be read. %1")
                .arg(describe(m_history->error(), m_connection->endpoint().url.authority()).sentence()),
            tr("Try again"));
        break;
    }
    selectionChanged();
}

void VersionsPanel::bannerAction()
{
    if (m_history)
        m_history->read();
}

bool VersionsPanel::isBusy() const
{
    return m_due.isActive() || (m_history && m_history->state() == KeyHistory::State::Reading)
        || m_model->isBusy() || m_detail->isBusy();
}

std::vector<int> VersionsPanel::selectedRows() const
{
    std::vector<int> rows;
    for (const QModelIndex &index : m_view->selectionModel()->selectedRows())
        rows.push_back(index.row());
    std::sort(rows.begin(), rows.end());
    return rows;
}

void VersionsPanel::selectionChanged()
{
    const std::vector<int> rows = selectedRows();
    const KeyVersion *first = rows.empty() ? nullptr : m_model->version(rows.front());
    // What is above the newest one is the present.
    const bool complete = m_history && m_history->state() == KeyHistory::State::Complete;
    m_restore->setEnabled(complete && rows.size() == 1 && rows.front() > 0);
    m_restore->setText(first && first->deleted ? tr("&Restore the deletion") : tr("&Restore this version"));
    m_copy->setEnabled(rows.size() == 1 && first && !first->deleted);
    VersionPair pair;
    if (first && rows.size() <= 2) {
        pair.after = *first;
        const KeyVersion *old =
            rows.size() == 2 ? m_model->version(rows.back()) : m_model->before(rows.front());
        if (old)
            pair.before = *old;
    }
    m_detail->setPair(m_resolved.codec, std::move(pair));
}

void VersionsPanel::restore()
{
    const std::vector<int> rows = selectedRows();
    const KeyVersion *chosen = rows.size() == 1 ? m_model->version(rows.front()) : nullptr;
    const KeyVersion *newest = m_model->version(0);
    if (!chosen || !newest || m_history->state() != KeyHistory::State::Complete)
        return;
    Q_EMIT restoreRequested(
        m_key, newest->deleted ? core::KeyState::absent() : core::KeyState::of(newest->kv),
        chosen->deleted ? std::nullopt : std::optional(chosen->kv.value), chosen->revision());
}

void VersionsPanel::copy(CopyAs form)
{
    const std::vector<int> rows = selectedRows();
    const KeyVersion *chosen = rows.size() == 1 ? m_model->version(rows.front()) : nullptr;
    if (!chosen || chosen->deleted)
        return;
    QString text;
    switch (form) {
    case CopyAs::Text: {
        const auto value = m_resolved.codec.decodeValue(chosen->kv.value);
        text = !value ? QString::fromLatin1(chosen->kv.value.toHex())
            : value->kind() == core::Value::Kind::Text
            ? value->toText()
            : QString::fromUtf8(m_resolved.codec.valueNotation(*value));
        break;
    }
    case CopyAs::Json: {
        core::JsonLine line;
        core::addRecord(&line, m_resolved.codec, chosen->kv);
        text = QString::fromUtf8(line.line());
        break;
    }
    case CopyAs::Hex:
        text = QString::fromLatin1(chosen->kv.value.toHex());
        break;
    }
    QGuiApplication::clipboard()->setText(text);
    Q_EMIT messageRaised(tr("The version of revision %1 is on the clipboard.").arg(chosen->revision().value));
}

void VersionsPanel::showContextMenu(const QPoint &position)
{
    if (selectedRows().empty())
        return;
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    QAction *restoring = menu->addAction(m_restore->text(), this, &VersionsPanel::restore);
    restoring->setEnabled(m_restore->isEnabled());
    menu->addSeparator();
    for (QAction *action : m_copyMenu->actions()) {
        QAction *copying = menu->addAction(tr("Copy: %1").arg(action->text()), action, &QAction::trigger);
        copying->setEnabled(m_copy->isEnabled());
    }
    menu->popup(m_view->viewport()->mapToGlobal(position));
}

} // namespace slotscope::ui
