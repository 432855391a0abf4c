// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pmap/inference.h"

#include <QFutureWatcher>
#include <QObject>
#include <QTimer>

#include <memory>
#include <vector>

namespace slotscope::ui {

/// How the records of a sample look when they are decoded as a type.
struct SlotPreviewResult
{
    struct Row
    {
        QByteArray key; ///< the table key
        QString keyText;
        QString valueText;
        bool keyFailed = false; ///< the text says why
        bool valueFailed = false;
    };
    struct Root
    {
        QString name;
        int verified = 0; ///< of `rootsTried` values
        bool fitsName = false;
    };

    std::vector<Row> rows; ///< SlotPreview::Rows of them, spread over the sample
    int records = 0;
    int fitting = 0; ///< records whose key and value can be decoded
    std::vector<core::Misfit> misfits; ///< the first of those that cannot
    std::vector<Root> roots; ///< of the FlatBuffers schema, the likelier first
    int rootsTried = 0;
    QString schemaProblem; ///< why the FlatBuffers schema cannot be read
};

/// Decodes a sample on another thread, a moment after the last change of the type.
class SlotPreview : public QObject
{
    Q_OBJECT
public:
    static constexpr int Rows = 10;

    explicit SlotPreview(QObject *parent = nullptr);
    ~SlotPreview() override;

    void setSamples(std::vector<core::Sample> samples);
    bool hasSamples() const { return m_samples != nullptr; }
    /// Where the type has no FlatBuffers schema yet, it is read from `schemaPath`.
    void show(const core::SlotType &type, const QString &schemaPath, const QStringList &includeFolders,
              const QString &className);
    bool isBusy() const { return m_wanted || m_running; }

Q_SIGNALS:
    void ready(const slotscope::ui::SlotPreviewResult &result);

private:
    struct Job
    {
        core::SlotType type;
        QString schemaPath;
        QStringList includeFolders;
        QString className;
    };
    using Samples = std::shared_ptr<const std::vector<core::Sample>>;
    static SlotPreviewResult decode(const Samples &samples, Job job);
    void start();

    Samples m_samples;
    Job m_job;
    bool m_wanted = false;
    bool m_running = false;
    QTimer m_delay;
    QFutureWatcher<SlotPreviewResult> m_worker;
};

} // namespace slotscope::ui
