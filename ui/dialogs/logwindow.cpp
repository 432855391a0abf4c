// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/logwindow.h"

#include "ui/theme.h"

#include <QClipboard>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QVBoxLayout>

namespace slotscope::ui {

using core::Log;
using core::LogLevel;
using core::LogLine;

LogWindow::LogWindow(QWidget *parent)
    : QDialog(parent)
    , m_level(new QComboBox)
    , m_filter(new QLineEdit)
    , m_text(new QPlainTextEdit)
{
    setObjectName(QStringLiteral("logWindow"));
    setWindowTitle(tr("Log"));
    setModal(false);
    m_level->setObjectName(QStringLiteral("logLevel"));
    m_level->setToolTip(tr("What is less important is neither shown nor kept"));
    for (const auto &[level, name] :
         {std::pair(LogLevel::Debug, tr("Everything, every request")),
          std::pair(LogLevel::Info, tr("What happens")),
          std::pair(LogLevel::Warning, tr("Warnings and errors")), std::pair(LogLevel::Error, tr("Errors"))})
        m_level->addItem(name, static_cast<int>(level));
    m_level->setCurrentIndex(m_level->findData(static_cast<int>(Log::instance().level())));
    m_filter->setObjectName(QStringLiteral("logFilter"));
    m_filter->setPlaceholderText(tr("Words in the line"));
    m_filter->setAccessibleName(tr("Show lines that contain"));
    m_filter->setClearButtonEnabled(true);
    m_text->setObjectName(QStringLiteral("logText"));
    m_text->setAccessibleName(tr("Log"));
    m_text->setReadOnly(true);
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setFont(theme::monospaceFont());
    m_text->setMaximumBlockCount(static_cast<int>(Log::MostLines));

    auto *levelLabel = new QLabel(tr("&Level:"));
    levelLabel->setBuddy(m_level);
    auto *top = new QHBoxLayout;
    top->addWidget(levelLabel);
    top->addWidget(m_level);
    top->addWidget(m_filter, 1);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    QPushButton *copy = buttons->addButton(tr("&Copy"), QDialogButtonBox::ActionRole);
    QPushButton *save = buttons->addButton(tr("&Save …"), QDialogButtonBox::ActionRole);
    QPushButton *clear = buttons->addButton(tr("C&lear"), QDialogButtonBox::ActionRole);
    auto *layout = new QVBoxLayout(this);
    layout->addLayout(top);
    layout->addWidget(m_text, 1);
    layout->addWidget(buttons);
    resize(900, 480);

    connect(m_level, &QComboBox::activated, this, [this] {
        Log::instance().setLevel(static_cast<LogLevel>(m_level->currentData().toInt()));
        rebuild();
    });
    connect(m_filter, &QLineEdit::textChanged, this, &LogWindow::rebuild);
    connect(copy, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_text->toPlainText()); });
    connect(save, &QPushButton::clicked, this,
            [this] { Q_EMIT saveRequested(m_text->toPlainText().toUtf8() + '\n'); });
    connect(clear, &QPushButton::clicked, this, [this] {
        Log::instance().clear();
        rebuild();
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::hide);
    connect(&Log::instance(), &Log::added, this, &LogWindow::append);
}

void LogWindow::showEvent(QShowEvent *event)
{
    QDialog::showEvent(event);
    m_level->setCurrentIndex(m_level->findData(static_cast<int>(Log::instance().level())));
    rebuild();
}

bool LogWindow::isShown(const LogLine &line) const
{
    return static_cast<int>(line.level) >= m_level->currentData().toInt()
        && (m_filter->text().isEmpty() || line.toString().contains(m_filter->text(), Qt::CaseInsensitive));
}

void LogWindow::rebuild()
{
    m_seen = 0;
    QStringList shown;
    for (const LogLine &line : Log::instance().linesSince(&m_seen)) {
        if (isShown(line))
            shown += line.toString();
    }
    m_text->setPlainText(shown.join(QLatin1Char('\n')));
    m_text->verticalScrollBar()->setValue(m_text->verticalScrollBar()->maximum());
}

void LogWindow::append()
{
    if (!isVisible())
        return;
    QStringList shown;
    for (const LogLine &line : Log::instance().linesSince(&m_seen)) {
        if (isShown(line))
            shown += line.toString();
    }
    if (!shown.isEmpty())
        m_text->appendPlainText(shown.join(QLatin1Char('\n'))); // scrolls on where it stands at the end
}

} // namespace slotscope::ui
