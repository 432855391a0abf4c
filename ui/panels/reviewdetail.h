// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/change.h"
#include "core/edit/etcdctlscript.h"

#include <QWidget>

#include <optional>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QTabWidget;
class QToolButton;

namespace slotscope::ui {

class ByteDiffView;

/// Beside the list of changes: the bytes of one change before and after, and the transaction that a commit
/// would be, as text and as scripts to copy. What takes time is worked out on the thread pool, and only for
/// the page that is seen.
class ReviewDetail : public QWidget
{
    Q_OBJECT
public:
    enum Page { BytesPage, TransactionPage };

    explicit ReviewDetail(QWidget *parent = nullptr);

    /// Nothing: no change is chosen.
    void setChange(const std::optional<core::Change> &change);
    /// What is to be told of the transaction has changed; it is asked for when it is to be seen.
    void invalidateTransaction();
    struct Transaction
    {
        core::TxnRequest request;
        core::TxnScriptOptions options; ///< used on other threads
    };
    using TransactionSource = std::function<Transaction()>;
    void setTransactionSource(TransactionSource source);

    void showPage(Page page);
    QTabWidget *tabs() const { return m_tabs; }
    ByteDiffView *bytes() const { return m_bytes; }
    QLabel *bytesLabel() const { return m_bytesLabel; }
    QPlainTextEdit *text() const { return m_text; }
    QPushButton *copyTextButton() const { return m_copyText; }
    QPushButton *copyEtcdctlButton() const { return m_copyEtcdctl; }
    QPushButton *copyCurlButton() const { return m_copyCurl; }
    bool isBusy() const { return m_working > 0; }

Q_SIGNALS:
    /// Something is on the clipboard, in words.
    void copied(const QString &what);

protected:
    void showEvent(QShowEvent *event) override;

private:
    QWidget *makeBytesPage();
    QWidget *makeTransactionPage();
    /// Does what the page that is seen still needs.
    void refreshPage();
    void updateBytes();
    void updateText();
    void copy(std::function<QString(const Transaction &)> make, const QString &what);
    template <typename Result, typename Work, typename Take>
    void work(Work make, Take take);

    TransactionSource m_source;
    std::optional<core::Change> m_change;
    bool m_bytesPending = false;
    bool m_textPending = false;
    quint64 m_bytesGeneration = 0;
    quint64 m_textGeneration = 0;
    int m_working = 0; // jobs
    QTabWidget *m_tabs;
    ByteDiffView *m_bytes;
    QLabel *m_bytesLabel;
    QToolButton *m_previous;
    QToolButton *m_next;
    QPlainTextEdit *m_text;
    QPushButton *m_copyText;
    QPushButton *m_copyEtcdctl;
    QPushButton *m_copyCurl;
};

} // namespace slotscope::ui
