// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/connectionoptions.h"
#include "core/etcd/connectionreport.h"

#include <QDialog>

#include <memory>

class QCheckBox;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace slotscope::core {
class ConnectionTest;
} // namespace slotscope::core

namespace slotscope::ui {

/// Tests every endpoint of a connection step by step: what was found, where it fails, and what to do about
/// it. A certificate that is not trusted can be from here on, by an explicit choice and exactly that one.
class TestConnectionDialog : public QDialog
{
    Q_OBJECT
public:
    /// Starts at once.
    explicit TestConnectionDialog(const core::ConnectionOptions &options, QWidget *parent = nullptr);
    ~TestConnectionDialog() override;

    bool isRunning() const { return m_test != nullptr; }
    /// Of the endpoints that were tested, in their order.
    const std::vector<core::ConnectionReport> &reports() const { return m_reports; }

    QTreeWidget *steps() const { return m_steps; }
    QLabel *verdict() const { return m_verdict; }
    QPlainTextEdit *detail() const { return m_detail; }
    QCheckBox *comparedBox() const { return m_compared; }
    QPushButton *trustButton() const { return m_trust; }
    QPushButton *againButton() const { return m_again; }
    QPushButton *copyButton() const { return m_copy; }

Q_SIGNALS:
    /// The user wants exactly this certificate to be trusted, by the SHA-256 of it.
    void trusted(const QByteArray &sha256);
    void tested();

private:
    void start();
    void testNext();
    void showReport();
    void tested(const core::ConnectionReport &report);
    void showDetail();
    void offerTrust();
    void trust();

    core::ConnectionOptions m_options;
    std::vector<core::Endpoint> m_untested;
    std::unique_ptr<core::ConnectionTest> m_test;
    std::vector<core::ConnectionReport> m_reports;
    QByteArray m_offered; ///< the SHA-256 of the certificate that may be trusted

    QLabel *m_verdict;
    QTreeWidget *m_steps;
    QPlainTextEdit *m_detail;
    QCheckBox *m_compared;
    QPushButton *m_trust;
    QPushButton *m_again;
    QPushButton *m_copy;
};

} // namespace slotscope::ui
