// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/inspectorheader.h"

#include "ui/tooltip.h"

#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>

namespace slotscope::ui {

InspectorHeader::InspectorHeader(QWidget *parent)
    : QWidget(parent)
    , m_title(new QLabel)
    , m_form(new QFormLayout(this))
{
    m_title->setTextFormat(Qt::PlainText);
    QFont bold = m_title->font();
    bold.setBold(true);
    m_title->setFont(bold);
    // A long name must not widen the panel.
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_form->setContentsMargins(4, 4, 4, 0);
    m_form->setHorizontalSpacing(10);
    m_form->setVerticalSpacing(1);
    m_form->addRow(m_title);
}

void InspectorHeader::setTitle(const QString &title)
{
    m_title->setText(title);
    m_title->setToolTip(asTip(title));
}

QString InspectorHeader::title() const
{
    return m_title->text();
}

void InspectorHeader::setFacts(const std::vector<Fact> &facts)
{
    while (m_rows.size() > facts.size()) {
        m_form->removeRow(m_rows.back().second);
        m_rows.pop_back();
    }
    while (m_rows.size() < facts.size()) {
        auto *name = new QLabel;
        auto *text = new QLineEdit;
        text->setReadOnly(true);
        text->setFrame(false);
        // Looks like a label; Tab goes past it, the mouse can select.
        QPalette flat = text->palette();
        flat.setBrush(QPalette::Base, Qt::transparent);
        text->setPalette(flat);
        text->setFocusPolicy(Qt::ClickFocus);
        name->setForegroundRole(QPalette::PlaceholderText);
        m_form->addRow(name, text);
        m_rows.emplace_back(name, text);
    }
    for (size_t i = 0; i < facts.size(); ++i) {
        const auto &[name, text] = m_rows[i];
        name->setText(facts[i].name);
        text->setAccessibleName(facts[i].name);
        text->setToolTip(asTip(facts[i].toolTip.isEmpty() ? facts[i].text : facts[i].toolTip));
        if (text->text() != facts[i].text) {
            text->setText(facts[i].text);
            text->setCursorPosition(0);
        }
    }
}

QString InspectorHeader::fact(const QString &name) const
{
    for (const auto &[label, text] : m_rows) {
        if (label->text() == name)
            return text->text();
    }
    return {};
}

} // namespace slotscope::ui
