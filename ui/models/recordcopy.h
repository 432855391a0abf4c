// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/bulkplan.h"
#include "ui/models/recordexport.h"

#include <QElapsedTimer>
#include <QFutureWatcher>
#include <QObject>
#include <QTimer>

namespace slotscope::ui {

/// Makes text of many records on the thread pool: of the records as they stand when it begins, whatever
/// happens to them meanwhile.
class RecordCopier : public QObject
{
    Q_OBJECT
public:
    enum class Form {
        Cells, ///< as shown, with tabs between them
        Csv,
        Json,
    };
    /// With no more than these it is done at once without this.
    static constexpr size_t FewRows = 1000;

    explicit RecordCopier(QObject *parent = nullptr);
    ~RecordCopier() override;

    /// One that is under way is given up.
    void start(const RecordModel &model, const CellBlock &block, Form form);
    void cancel();
    bool isRunning() const { return m_job != nullptr; }
    qint64 done() const { return m_job ? m_job->done.load() : 0; }
    qint64 total() const { return m_job ? m_job->total.load() : 0; }
    /// Larger texts are not made: no clipboard would thank for them.
    void setMostCharacters(qsizetype most) { m_mostCharacters = most; }

Q_SIGNALS:
    /// It takes a while, and is further than before.
    void progressed();
    void textMade(const QString &text);
    /// What became of it, for people; textMade() has been emitted where there is a text.
    void finished(const QString &message);

private:
    struct Plan;
    struct Made
    {
        QString text;
        bool isTooLarge = false;
    };
    static Made make(const Plan &plan, core::JobState *job);
    void take();

    core::Job m_job; // null pointer: none is running
    QFutureWatcher<std::shared_ptr<Made>> m_watcher;
    QTimer m_progress;
    QElapsedTimer m_sinceStart;
    qsizetype m_mostCharacters = 128 * 1024 * 1024;
};

} // namespace slotscope::ui
