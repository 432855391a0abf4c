// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/reviewdetail.h"

#include "ui/models/txntext.h"
#include "ui/theme.h"
#include "ui/views/bytediffview.h"

#include <QClipboard>
#include <QFutureWatcher>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTabBar>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <QtConcurrentRun>

namespace slotscope::ui {

using core::Change;

namespace {

constexpr qsizetype MostText = 200'000; // characters of the transaction that are shown; scripts have it all

QString bytesText(const Change &change, const std::vector<core::ByteRun> &runs)
{
    const QLocale locale;
    qsizetype differing = 0;
    int places = 0;
    for (const core::ByteRun &run : runs) {
        if (!run.same) {
            ++places;
            differing += std::max(run.beforeLength, run.afterLength);
        }
    }
    switch (change.kind) {
    case Change::Kind::Insert:
        return ReviewDetail::tr("new, %1 bytes").arg(locale.toString(change.value.size()));
    case Change::Kind::Delete:
        return ReviewDetail::tr("goes, %1 bytes").arg(locale.toString(change.base.value.size()));
    case Change::Kind::Update:
        break;
    }
    return places == 0
        ? ReviewDetail::tr("the same %1 bytes").arg(locale.toString(change.value.size()))
        : ReviewDetail::tr("%1 → %2 bytes; %3 differ, in %4 places")
              .arg(locale.toString(change.base.value.size()), locale.toString(change.value.size()),
                   locale.toString(differing), locale.toString(places));
}

} // namespace

ReviewDetail::ReviewDetail(QWidget *parent)
    : QWidget(parent)
    , m_tabs(new QTabWidget)
    , m_bytes(new ByteDiffView)
    , m_bytesLabel(new QLabel)
    , m_previous(new QToolButton)
    , m_next(new QToolButton)
    , m_text(new QPlainTextEdit)
    , m_copyText(new QPushButton(tr("Copy te&xt")))
    , m_copyEtcdctl(new QPushButton(tr("Copy as &etcdctl script")))
    , m_copyCurl(new QPushButton(tr("Copy as c&url script")))
{
    m_tabs->setDocumentMode(true);
    m_tabs->tabBar()->hide(); // the panel around it has a button for each page
    m_tabs->addTab(makeBytesPage(), tr("Bytes"));
    m_tabs->addTab(makeTransactionPage(), tr("Transaction"));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_tabs);
    setChange(std::nullopt);
    connect(m_tabs, &QTabWidget::currentChanged, this, &ReviewDetail::refreshPage);
}

QWidget *ReviewDetail::makeBytesPage()
{
    m_bytesLabel->setForegroundRole(QPalette::PlaceholderText);
    m_previous->setArrowType(Qt::UpArrow);
    m_next->setArrowType(Qt::DownArrow);
    m_previous->setToolTip(tr("Previous difference (Shift+N)"));
    m_next->setToolTip(tr("Next difference (N)"));
    for (QToolButton *button : {m_previous, m_next}) {
        button->setAutoRaise(true);
        connect(button, &QToolButton::clicked, this,
                [this, button] { m_bytes->showNext(button == m_previous); });
    }
    auto *line = new QHBoxLayout;
    line->addWidget(m_bytesLabel, 1);
    line->addWidget(m_previous);
    line->addWidget(m_next);
    auto *page = new QWidget;
    auto *layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(line);
    layout->addWidget(m_bytes, 1);
    return page;
}

QWidget *ReviewDetail::makeTransactionPage()
{
    m_text->setObjectName(QStringLiteral("transactionText"));
    m_text->setReadOnly(true);
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setFont(theme::monospaceFont());
    m_copyEtcdctl->setToolTip(
        tr("A shell script for etcdctl 3.4 or newer that does the same transaction, byte for byte"));
    m_copyCurl->setToolTip(tr("A shell script that posts the same transaction to etcd's JSON gateway"));
    connect(m_copyText, &QPushButton::clicked, this, [this] {
        copy([](const Transaction &txn) { return txnText(txn.request, txn.options); },
             tr("The transaction is on the clipboard."));
    });
    connect(m_copyEtcdctl, &QPushButton::clicked, this, [this] {
        copy(
            [](const Transaction &txn) {
                return QString::fromUtf8(core::etcdctlScript(txn.request, txn.options));
            },
            tr("The etcdctl script is on the clipboard."));
    });
    connect(m_copyCurl, &QPushButton::clicked, this, [this] {
        copy(
            [](const Transaction &txn) {
                return QString::fromUtf8(core::curlScript(txn.request, txn.options));
            },
            tr("The curl script is on the clipboard."));
    });
    auto *buttons = new QHBoxLayout;
    buttons->addStretch();
    for (QPushButton *button : {m_copyText, m_copyEtcdctl, m_copyCurl})
        buttons->addWidget(button);
    auto *page = new QWidget;
    auto *layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(m_text, 1);
    layout->addLayout(buttons);
    return page;
}

void ReviewDetail::showPage(Page page)
{
    m_tabs->setCurrentIndex(page);
}

void ReviewDetail::setChange(const std::optional<Change> &change)
{
    if (change && change == m_change)
        return;
    m_change = change;
    m_bytesPending = true;
    refreshPage();
}

void ReviewDetail::setTransactionSource(TransactionSource source)
{
    m_source = std::move(source);
    invalidateTransaction();
}

void ReviewDetail::invalidateTransaction()
{
    m_textPending = true;
    refreshPage();
}

void ReviewDetail::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    refreshPage();
}

void ReviewDetail::refreshPage()
{
    if (!isVisible())
        return;
    if (m_tabs->currentIndex() == BytesPage && std::exchange(m_bytesPending, false))
        updateBytes();
    if (m_tabs->currentIndex() == TransactionPage && std::exchange(m_textPending, false))
        updateText();
}

template <typename Result, typename Work, typename Take>
void ReviewDetail::work(Work make, Take take)
{
    ++m_working;
    auto *watcher = new QFutureWatcher<Result>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher, take] {
        watcher->deleteLater();
        --m_working;
        take(watcher->result());
    });
    watcher->setFuture(QtConcurrent::run(make));
}

void ReviewDetail::updateBytes()
{
    const quint64 generation = ++m_bytesGeneration;
    m_previous->setEnabled(false);
    m_next->setEnabled(false);
    if (!m_change) {
        m_bytes->clear();
        m_bytesLabel->setText(tr("Choose a change to see its bytes."));
        return;
    }
    work<std::vector<core::ByteRun>>(
        [before = m_change->base.value, after = m_change->value] { return core::byteRuns(before, after); },
        [this, generation, change = *m_change](const std::vector<core::ByteRun> &runs) {
            if (generation != m_bytesGeneration)
                return;
            m_bytes->setDiff(change.base.value, change.value, runs);
            m_bytesLabel->setText(bytesText(change, runs));
            m_previous->setEnabled(m_bytes->differences() > 1);
            m_next->setEnabled(m_bytes->differences() > 1);
        });
}

void ReviewDetail::updateText()
{
    const quint64 generation = ++m_textGeneration;
    const Transaction txn = m_source ? m_source() : Transaction();
    const bool isEmpty = txn.request.success.empty();
    for (QPushButton *button : {m_copyText, m_copyEtcdctl, m_copyCurl})
        button->setEnabled(!isEmpty);
    if (isEmpty) {
        m_text->clear();
        return;
    }
    work<QString>(
        [txn] {
            QString text = txnText(txn.request, txn.options);
            if (text.size() > MostText) {
                text.truncate(MostText);
                text += QStringLiteral("\n…\n") + tr("The copied text and the scripts have all of it.");
            }
            return text;
        },
        [this, generation](const QString &text) {
            if (generation == m_textGeneration)
                m_text->setPlainText(text);
        });
}

void ReviewDetail::copy(std::function<QString(const Transaction &)> make, const QString &what)
{
    if (!m_source)
        return;
    work<QString>([make = std::move(make), txn = m_source()] { return make(txn); },
                  [this, what](const QString &text) {
                      QGuiApplication::clipboard()->setText(text);
                      Q_EMIT copied(what);
                  });
}

} // namespace slotscope::ui
