// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/history/timebook.h"

#include <QTimer>
#include <QToolBar>

class QLabel;
class QLineEdit;
class QPushButton;
class QSlider;
class QToolButton;

namespace slotscope::ui {

/// `about 14:02:11`, or between which times a revision came about; empty where nothing is known.
QString timeText(const core::TimeBook::Span &span);

/// The band across the window while it shows the past: which revision, when that was as far as it is known,
/// and the ways to another one and back to the present.
class TravelBand : public QToolBar
{
    Q_OBJECT
public:
    explicit TravelBand(QWidget *parent = nullptr);

    /// Until the next call; null pointer: hidden.
    void follow(const core::TimeBook *times);
    /// What can be read.
    void setBounds(core::Revision earliest, core::Revision newest);
    /// What is wanted.
    void setRevision(core::Revision revision);
    /// Whether it is what is shown.
    void setLoading(bool loading);
    /// What there is to say beside, of staged changes that wait say.
    void setNote(const QString &note);

    core::Revision earliest() const { return m_earliest; }
    core::Revision newest() const { return m_newest; }
    QSlider *slider() const { return m_slider; }
    QLineEdit *field() const { return m_field; }
    QPushButton *returnButton() const { return m_return; }
    QString text() const;

Q_SIGNALS:
    void revisionWanted(slotscope::core::Revision revision);
    /// What was typed is no revision that can be shown.
    void refused(const QString &why);
    void presentWanted();

protected:
    void changeEvent(QEvent *event) override;

private:
    void update();
    void takeColours();
    void takeField();
    void takeSlider();
    void step(int by);
    core::Revision sliderRevision(int position) const;
    int sliderPosition(core::Revision revision) const;

    const core::TimeBook *m_times = nullptr;
    core::Revision m_earliest {1};
    core::Revision m_newest {1};
    core::Revision m_revision;
    bool m_loading = false;
    QTimer m_sliding;
    QLabel *m_icon;
    QLabel *m_state;
    QLineEdit *m_field;
    QToolButton *m_earlier;
    QSlider *m_slider;
    QToolButton *m_later;
    QLabel *m_time;
    QLabel *m_note;
    QPushButton *m_return;
};

} // namespace slotscope::ui
