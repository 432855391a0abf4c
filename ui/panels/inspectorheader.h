// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

class QFormLayout;
class QLabel;
class QLineEdit;

namespace slotscope::ui {

/// A title and some named facts that can be selected and copied, however long they are.
class InspectorHeader : public QWidget
{
    Q_OBJECT
public:
    struct Fact
    {
        QString name;
        QString text;
        QString toolTip; ///< empty: the text
    };

    explicit InspectorHeader(QWidget *parent = nullptr);

    void setTitle(const QString &title);
    void setFacts(const std::vector<Fact> &facts);
    QString title() const;
    /// Empty if there is no such fact.
    QString fact(const QString &name) const;

private:
    QLabel *m_title;
    QFormLayout *m_form;
    std::vector<std::pair<QLabel *, QLineEdit *>> m_rows;
};

} // namespace slotscope::ui
