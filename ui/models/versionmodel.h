// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/versiontext.h"

#include <QAbstractTableModel>
#include <QHash>
#include <QPointer>
#include <QTimer>

#include <functional>
#include <vector>

namespace slotscope::ui {

/// The versions of one record, the latest first. What became different is found out on the thread pool for
/// the lines that are looked at, and stands there when it is known. UI thread.
class VersionModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        RevisionColumn,
        VersionColumn,
        KindColumn,
        SizeColumn,
        TimeColumn,
        ChangeColumn,
        ColumnCount
    };

    explicit VersionModel(QObject *parent = nullptr);

    /// Null pointer: none. The history is kept by somebody else; follow(nullptr) before it goes.
    void follow(core::KeyHistory *history, const core::SlotCodec &codec);
    /// The type of the slot is another now.
    void setCodec(const core::SlotCodec &codec);
    /// Tells when a revision came about, as far as it is known.
    void setTimes(std::function<QString(core::Revision)> times) { m_times = std::move(times); }
    /// Null pointer for a row that is none; valid until the history changes.
    const core::KeyVersion *version(int row) const;
    /// The one that `row` came after.
    const core::KeyVersion *before(int row) const { return version(row + 1); }
    int rowOf(core::Revision revision) const;
    /// While lines wait for their words.
    bool isBusy() const { return m_working > 0 || !m_wanted.empty(); }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

Q_SIGNALS:
    void busyChanged();

private:
    void startJob();

    QPointer<core::KeyHistory> m_history;
    core::SlotCodec m_codec;
    std::function<QString(core::Revision)> m_times;
    int m_count = 0; // as views know it
    QHash<core::Revision, QString> m_texts;
    mutable std::vector<core::Revision> m_wanted; // lines that were looked at in vain
    mutable QTimer m_due;
    quint64 m_generation = 0;
    int m_working = 0; // jobs
};

} // namespace slotscope::ui
