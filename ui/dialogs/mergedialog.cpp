// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/mergedialog.h"

#include "ui/connectionprofile.h"
#include "ui/dialogs/valuedialog.h"
#include "ui/panels/banner.h"
#include "ui/panels/panelparts.h"

#include <QDialogButtonBox>
#include <QFutureWatcher>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QTreeView>
#include <QVBoxLayout>
#include <QtConcurrentRun>

namespace slotscope::ui {

using core::RecordMerge;
using Kind = core::RecordMerge::Kind;
using Take = core::MergeChoice::Take;

MergeDialog::MergeDialog(core::EditSession *session, KeyResolver resolver, const QByteArray &key,
                         QWidget *parent)
    : QDialog(parent)
    , m_session(session)
    , m_resolver(std::move(resolver))
    , m_key(key)
    , m_model(new MergeModel(this))
    , m_title(new QLabel)
    , m_banner(new Banner)
    , m_view(new QTreeView)
    , m_status(new QLabel)
    , m_mine(new QPushButton(tr("Use &mine")))
    , m_theirs(new QPushButton(tr("Use &theirs")))
    , m_edit(new QPushButton(tr("&Edit result …")))
    , m_allMine(new QPushButton(tr("A&ll mine")))
    , m_allTheirs(new QPushButton(tr("All t&heirs")))
    , m_accept(new QPushButton)
    , m_letGo(new QPushButton)
    , m_buttons(new QDialogButtonBox(QDialogButtonBox::Cancel))
{
    setObjectName(QStringLiteral("mergeDialog"));
    setWindowTitle(tr("Settle a conflict"));
    setAttribute(Qt::WA_DeleteOnClose);
    buildLayout();

    connect(m_view, &QTreeView::activated, this, [this](const QModelIndex &index) {
        switch (index.column()) {
        case MergeModel::MineColumn:
            return choose(Take::Mine);
        case MergeModel::TheirsColumn:
            return choose(Take::Theirs);
        default:
            return editResult();
        }
    });
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &MergeDialog::updateButtons);
    connect(m_model, &MergeModel::choicesChanged, this, &MergeDialog::updateButtons);
    connect(m_mine, &QPushButton::clicked, this, [this] { choose(Take::Mine); });
    connect(m_theirs, &QPushButton::clicked, this, [this] { choose(Take::Theirs); });
    connect(m_edit, &QPushButton::clicked, this, &MergeDialog::editResult);
    connect(m_allMine, &QPushButton::clicked, this, [this] { m_model->chooseForClashes(Take::Mine); });
    connect(m_allTheirs, &QPushButton::clicked, this, [this] { m_model->chooseForClashes(Take::Theirs); });
    connect(m_accept, &QPushButton::clicked, this, &MergeDialog::accept);
    connect(m_letGo, &QPushButton::clicked, this, &MergeDialog::letGo);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &MergeDialog::reject);
    connect(session, &core::EditSession::changed, this, [this](const std::vector<QByteArray> &keys) {
        if (std::find(keys.begin(), keys.end(), m_key) != keys.end())
            look();
    });
    connect(session, &core::EditSession::committingChanged, this, &MergeDialog::updateButtons);
    connect(session, &QObject::destroyed, this, &MergeDialog::reject);
    look();
}

void MergeDialog::buildLayout()
{
    QFont bold = m_title->font();
    bold.setBold(true);
    m_title->setFont(bold);
    m_title->setTextFormat(Qt::PlainText);
    setUpLines(m_view, m_model, QStringLiteral("mergeFields"), tr("Fields"));
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->installEventFilter(this);
    m_view->header()->setSectionResizeMode(QHeaderView::Stretch);
    m_view->setContextMenuPolicy(Qt::NoContextMenu);
    m_status->setWordWrap(true);
    m_status->setTextFormat(Qt::PlainText);
    m_mine->setToolTip(tr("What I made of the field (M)"));
    m_theirs->setToolTip(tr("What is there now (T)"));
    m_edit->setToolTip(tr("Something else (F2)"));
    m_allMine->setToolTip(tr("Mine wherever we clash; what only others changed stays theirs (Ctrl+M)"));
    m_allTheirs->setToolTip(tr("Theirs wherever we clash; what only I changed stays mine (Ctrl+T)"));
    m_buttons->addButton(m_letGo, QDialogButtonBox::DestructiveRole);
    m_buttons->addButton(m_accept, QDialogButtonBox::AcceptRole);
    m_accept->setDefault(false);
    m_accept->setAutoDefault(false);

    auto *choices = new QHBoxLayout;
    choices->addWidget(m_mine);
    choices->addWidget(m_theirs);
    choices->addWidget(m_edit);
    choices->addStretch(1);
    choices->addWidget(m_allMine);
    choices->addWidget(m_allTheirs);
    for (QPushButton *button : {m_mine, m_theirs, m_edit, m_allMine, m_allTheirs, m_letGo})
        button->setAutoDefault(false);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(m_title);
    layout->addWidget(m_banner);
    layout->addWidget(m_view, 1);
    layout->addLayout(choices);
    layout->addWidget(m_status);
    layout->addWidget(m_buttons);
    resize(900, 420);
    m_view->setFocus();
}

template <typename Work, typename Done>
void MergeDialog::work(Work make, Done done)
{
    const quint64 generation = ++m_generation;
    if (!m_large) {
        done(make());
        return;
    }
    m_busy = true;
    updateButtons();
    auto *watcher = new QFutureWatcher<decltype(make())>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher, generation, done] {
        watcher->deleteLater();
        if (generation != m_generation)
            return;
        m_busy = false;
        done(watcher->result());
    });
    watcher->setFuture(QtConcurrent::run(make));
}

void MergeDialog::look()
{
    const core::Change *change = m_session ? m_session->find(m_key) : nullptr;
    if (m_isSettling)
        return;
    if (!change || !change->conflict) {
        // Settled elsewhere, or by itself.
        ++m_generation;
        QDialog::reject();
        return;
    }
    if (m_change && *m_change == *change)
        return;
    const bool again = m_change.has_value();
    m_change = *change;
    const ResolvedKey resolved = m_resolver ? m_resolver(m_key) : ResolvedKey();
    m_codec = resolved.codec;
    m_title->setText(QStringLiteral("%1 · %2").arg(resolved.table, keyText(m_codec, m_key)));
    m_large = core::isLargeMerge(m_codec, *change, *change->conflict);
    m_merge.reset();
    m_status->setText(m_large ? tr("Comparing …") : QString());
    work([codec = m_codec, mine = *change] { return RecordMerge(codec, mine, *mine.conflict); },
         [this, again](const RecordMerge &merge) {
             takeMerge(merge);
             if (again)
                 m_status->setText(tr("It was changed again, at revision %1. %2")
                                       .arg(m_change->conflict->modRevision.value)
                                       .arg(m_status->text()));
         });
}

void MergeDialog::takeMerge(const RecordMerge &merge)
{
    m_merge = merge;
    m_model->setMerge(merge, *m_change);
    showKind();
    const int first = m_model->nextUndecided(0);
    const QModelIndex index = m_model->index(std::max(first, 0), 0);
    m_view->setCurrentIndex(index);
    updateButtons();
}

// What there is to decide, in words.
void MergeDialog::showKind()
{
    const bool fields = m_merge->kind() == Kind::Fields;
    for (QPushButton *button : {m_mine, m_theirs, m_edit, m_allMine, m_allTheirs})
        button->setVisible(fields);
    m_letGo->setVisible(!fields);
    m_view->setColumnHidden(MergeModel::ResultColumn, !fields);
    m_view->setVisible(fields || m_model->rowCount() > 0);
    const qint64 revision = m_change->conflict->modRevision.value;
    QString message;
    switch (m_merge->kind()) {
    case Kind::Fields:
        message = m_change->base.exists
            ? tr(
                "You and somebody else have changed this record. What only one of you changed goes together; "
                "choose where you clash.")
            : tr("You and somebody else have made a record with this key. Choose wherever they differ.");
        if (!m_merge->reason().isEmpty())
            message += QLatin1Char(' ') + tr("It was not merged by itself, as %1.").arg(m_merge->reason());
        m_accept->setText(tr("Me&rge"));
        break;
    case Kind::DeletedThere:
        message = tr("Somebody else has deleted this record, which you have changed.");
        m_accept->setText(tr("&Write it again"));
        m_letGo->setText(tr("&Let it go"));
        break;
    case Kind::DeletedHere:
        message = tr("Somebody else has changed this record at revision %1, which you delete.").arg(revision);
        m_accept->setText(tr("&Delete it all the same"));
        m_letGo->setText(tr("&Keep theirs"));
        break;
    case Kind::Settled:
    case Kind::Whole:
        message =
            tr("You and somebody else have changed this record, and it cannot be merged by fields: %1. Mine "
               "overwrites theirs as a whole.")
                .arg(m_merge->reason());
        m_accept->setText(tr("Keep &mine as a whole"));
        m_letGo->setText(tr("Take &theirs"));
        break;
    }
    m_banner->setMessage(theme::Mark::Conflict, message);
}

int MergeDialog::currentRow() const
{
    const QModelIndex index = m_view->currentIndex();
    return index.isValid() ? index.row() : -1;
}

void MergeDialog::choose(Take take)
{
    const int row = currentRow();
    if (row < 0 || !m_model->isChoosable())
        return;
    m_model->choose(row, {take, std::nullopt});
    goOn();
}

// To what is still to be decided.
void MergeDialog::goOn()
{
    const int next = m_model->nextUndecided(currentRow());
    if (next >= 0)
        m_view->setCurrentIndex(m_model->index(next, m_view->currentIndex().column()));
}

void MergeDialog::editResult()
{
    const int row = currentRow();
    if (row < 0 || !m_model->isChoosable() || m_model->field(row).order)
        return;
    const core::MergeField &field = m_model->field(row);
    std::optional<core::Value> start = m_model->result(row);
    if (!start)
        start = field.mine ? field.mine : field.theirs ? field.theirs : field.base;
    auto *dialog = new ValueDialog(field.path.toString(), start.value_or(core::Value()), this);
    // The fields may have become others meanwhile.
    connect(dialog, &ValueDialog::edited, this, [this, row, path = field.path](const core::Value &value) {
        if (row < m_model->rowCount() && m_model->field(row).path == path) {
            m_model->choose(row, {Take::Own, value});
            goOn();
        }
    });
    dialog->open();
}

void MergeDialog::accept()
{
    if (!m_merge || m_busy || !m_accept->isEnabled())
        return;
    work(
        [merge = *m_merge,
         choices = m_model->choices()]() -> core::Expected<std::optional<QByteArray>, core::EncodeError> {
            if (merge.kind() != Kind::Fields)
                return merge.mineWins();
            auto bytes = merge.bytes(choices);
            if (!bytes)
                return core::Unexpected {bytes.error()};
            return std::optional(*std::move(bytes));
        },
        [this](const auto &value) { finish(value); });
}

void MergeDialog::finish(const core::Expected<std::optional<QByteArray>, core::EncodeError> &value)
{
    updateButtons();
    if (!value) {
        const QString path = value.error().path.toString();
        m_status->setText(path.isEmpty()
                              ? tr("This cannot be written: %1.").arg(value.error().what)
                              : tr("This cannot be written: %1: %2.").arg(path, value.error().what));
        return;
    }
    const qint64 revision = m_change->conflict->modRevision.value;
    const bool fields = m_merge->kind() == Kind::Fields;
    const QString key = keyText(m_codec, m_key);
    const QString name = fields ? tr("Merge %1").arg(key) : tr("Keep mine of %1").arg(key);
    m_isSettling = true;
    if (m_session && m_session->resolve(m_key, *value, name)) {
        if (!m_session->find(m_key))
            Q_EMIT settled(
                tr("It stays as it is at revision %1; nothing is left to be committed.").arg(revision));
        else
            Q_EMIT settled(fields ? tr("Merged with revision %1; not committed yet.").arg(revision)
                                  : tr("Yours is kept; not committed yet."));
        QDialog::accept();
    } else {
        m_isSettling = false;
        m_status->setText(m_session ? stagingRefusal(*m_session) : QString());
    }
}

void MergeDialog::letGo()
{
    if (!m_session || m_busy || !m_change)
        return;
    m_isSettling = true;
    if (m_session->takeTheirs(m_key, tr("Take theirs of %1").arg(keyText(m_codec, m_key)))) {
        Q_EMIT settled(tr("Your change is dropped; Undo brings it again."));
        QDialog::accept();
    } else {
        m_isSettling = false;
        m_status->setText(tr("A commit is on its way."));
    }
}

void MergeDialog::updateButtons()
{
    const bool free = m_merge && !m_busy && m_session && !m_session->isCommitting();
    const bool choosable = free && m_model->isChoosable();
    const int row = currentRow();
    const int clashes = m_model->clashes();
    const int undecided = m_model->undecided();
    for (QPushButton *button : {m_mine, m_theirs})
        button->setEnabled(choosable && row >= 0);
    m_edit->setEnabled(choosable && row >= 0 && !m_model->field(row).order);
    for (QPushButton *button : {m_allMine, m_allTheirs})
        button->setEnabled(choosable && clashes > 0);
    m_accept->setEnabled(free && (!m_model->isChoosable() || undecided == 0));
    m_letGo->setEnabled(free);
    if (!choosable)
        return;
    if (undecided > 0)
        m_status->setText(undecided == 1
                              ? tr("1 of %1 clashes is to be decided.").arg(clashes)
                              : tr("%1 of %2 clashes are to be decided.").arg(undecided).arg(clashes));
    else
        m_status->setText(tr("Merging stages the result; the commit writes it."));
}

bool MergeDialog::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != m_view || event->type() != QEvent::KeyPress)
        return QDialog::eventFilter(watched, event);
    const auto *key = static_cast<QKeyEvent *>(event);
    const bool control = key->modifiers() == Qt::ControlModifier;
    const bool plain = key->modifiers() == Qt::NoModifier;
    if (control && (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter))
        accept();
    else if (control && key->key() == Qt::Key_M)
        m_allMine->click();
    else if (control && key->key() == Qt::Key_T)
        m_allTheirs->click();
    else if (plain && key->key() == Qt::Key_M)
        m_mine->click();
    else if (plain && key->key() == Qt::Key_T)
        m_theirs->click();
    else if (plain && key->key() == Qt::Key_F2)
        m_edit->click();
    else
        return QDialog::eventFilter(watched, event);
    return true;
}

} // namespace slotscope::ui
