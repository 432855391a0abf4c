// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/hexpane.h"

#include "ui/panels/findbar.h"
#include "ui/views/hexview.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QToolButton>
#include <QVBoxLayout>

namespace slotscope::ui {

namespace {

enum Choice { PlainBytes, StoredBytes };
enum FindKind { FindHex, FindText };

} // namespace

HexPane::HexPane(QWidget *parent)
    : QWidget(parent)
    , m_title(new QLabel)
    , m_choice(new QComboBox)
    , m_view(new HexView)
    , m_state(new QLabel)
    , m_mode(new QToolButton)
    , m_findBar(new FindBar(tr("Find in the bytes"), this))
{
    m_view->setAccessibleName(tr("Bytes of the value"));
    m_choice->addItem(tr("Decompressed"));
    m_choice->addItem(tr("As stored"));
    m_choice->setAccessibleName(tr("Which bytes"));
    m_choice->setToolTip(tr("Decompressed bytes are compressed again when they are edited."));
    m_choice->hide();
    m_mode->setAutoRaise(true);
    m_mode->setToolTip(
        tr("Whether what is typed takes the place of what is there, or comes in between (Ins)"));
    auto *top = new QHBoxLayout;
    top->addWidget(m_title, 1);
    top->addWidget(m_choice);
    auto *bottom = new QHBoxLayout;
    bottom->addWidget(m_state, 1);
    bottom->addWidget(m_mode);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(top);
    layout->addWidget(m_view, 1);
    layout->addLayout(bottom);
    layout->addWidget(m_findBar);
    setFocusProxy(m_view);

    // In the order of FindKind.
    m_findBar->addKind(tr("Hex"), tr("Find bytes: a3 64 …"));
    m_findBar->addKind(tr("Text"), tr("Find text"));
    connect(m_findBar, &FindBar::findRequested, this, &HexPane::find);
    connect(m_findBar, &FindBar::closed, this, [this] { m_view->setFocus(Qt::OtherFocusReason); });
    connect(m_view, &HexView::findRequested, m_findBar, &FindBar::open);
    connect(m_view, &HexView::edited, this,
            [this](const QByteArray &bytes) { Q_EMIT edited(bytes, showsPlain()); });
    connect(m_view, &HexView::stateChanged, this, &HexPane::updateState);
    connect(m_choice, &QComboBox::activated, this, [this] {
        showChosen(false);
        Q_EMIT choiceChanged();
    });
    connect(m_mode, &QToolButton::clicked, this, [this] { m_view->setInserting(!m_view->isInserting()); });
    updateState();
}

HexPane::~HexPane()
{
    // The view says when it loses the focus, and nobody is here any more.
    m_view->disconnect(this);
}

QLineEdit *HexPane::findLine() const
{
    return m_findBar->line();
}
QLabel *HexPane::findResult() const
{
    return m_findBar->result();
}

void HexPane::setBytes(const QByteArray &stored, const std::optional<QByteArray> &plain, bool sameRecord)
{
    m_stored = stored;
    m_plain = plain;
    m_choice->setVisible(plain.has_value());
    showChosen(sameRecord);
}

void HexPane::showChosen(bool sameRecord)
{
    const QByteArray &bytes = showsPlain() ? *m_plain : m_stored;
    if (sameRecord)
        m_view->updateData(bytes);
    else if (m_view->data() != bytes)
        m_view->setData(bytes);
}

bool HexPane::showsPlain() const
{
    return m_plain && m_choice->currentIndex() == PlainBytes;
}

void HexPane::setEditable(bool editable)
{
    m_view->setEditable(editable);
    updateState();
}

void HexPane::setTitle(const QString &title)
{
    m_title->setText(title);
}

void HexPane::updateState()
{
    const auto place = [](qint64 offset) {
        return QStringLiteral("0x%1 (%2)").arg(offset, 0, 16).arg(QLocale().toString(offset));
    };
    QString text =
        tr("Byte %1 of %2").arg(place(m_view->cursor()), QLocale().toString(m_view->data().size()));
    if (m_view->hasSelection())
        text = tr("%1 selected from %2")
                   .arg(QLocale().toString(m_view->selectionLength()), place(m_view->selectionStart()));
    m_state->setText(text);
    m_mode->setVisible(m_view->isEditable());
    m_mode->setText(m_view->isInserting() ? tr("Insert") : tr("Overwrite"));
}

std::optional<QByteArray> HexPane::wantedBytes() const
{
    if (m_findBar->kind() == FindText)
        return m_findBar->wanted().toUtf8();
    return HexView::bytesFromHex(m_findBar->wanted());
}

void HexPane::find(bool backward)
{
    const auto wanted = wantedBytes();
    if (!wanted)
        m_findBar->setResult(tr("these are no hexadecimal digits"));
    else if (!wanted->isEmpty())
        m_findBar->setResult(m_view->find(*wanted, backward) ? QString() : tr("not found"));
}

} // namespace slotscope::ui
