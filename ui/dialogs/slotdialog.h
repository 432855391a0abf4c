// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/connection.h"
#include "core/table/slotsampler.h"
#include "ui/models/slotpreview.h"
#include "ui/prompts.h"

#include <QDialog>

#include <array>
#include <map>
#include <optional>

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QPushButton;
class QTableWidget;
class QTreeWidget;
class QTreeWidgetItem;

namespace slotscope::ui {

/// "Decode as …": what is known of one slot's type and how, what else the records may be, and a preview of
/// what a choice makes of them. What is chosen is pinned when the dialog is accepted, and nothing before.
class SlotDialog : public QDialog
{
    Q_OBJECT
public:
    /// The connection and the prompts are to outlive the dialog.
    SlotDialog(core::Connection *connection, Prompts *prompts, core::Slot slot, QWidget *parent = nullptr);
    ~SlotDialog() override;

    core::Slot slot() const { return m_slot; }
    /// The field of a property; for tests, too.
    QComboBox *field(core::SchemaProperty property) const;
    QCheckBox *pin(core::SchemaProperty property) const;
    QLabel *source(core::SchemaProperty property) const;
    QTreeWidget *readings() const { return m_readings; }
    QTableWidget *preview() const { return m_previewTable; }
    QTreeWidget *misfits() const { return m_misfits; }
    QLabel *summary() const { return m_summary; }
    QPushButton *pinAllButton() const { return m_pinAll; }
    QPushButton *resetButton() const { return m_reset; }
    /// Everything that was asked for is shown.
    bool isSettled() const { return m_preview->hasSamples() && !m_preview->isBusy(); }

    void accept() override;

Q_SIGNALS:
    /// A record is to be shown.
    void showRequested(const QByteArray &key);
    void foldersRequested();

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    struct Line
    {
        core::SchemaProperty property;
        QLabel *label = nullptr;
        QComboBox *field = nullptr;
        QLabel *source = nullptr;
        QCheckBox *pin = nullptr;
    };
    enum Role {
        ReadingRole = Qt::UserRole + 1, // index among the readings of keys or of values
        IsKeyRole,
        RecordRole, // its table key
    };
    /// Also where the text is not offered.
    static void makeCurrent(QComboBox *field, const QString &text);
    void buildLines(QGridLayout *grid);
    QWidget *buildLists();
    void fillChoices();
    void chooseSchemaFile();
    const Line &line(core::SchemaProperty property) const;
    void choose(core::SchemaProperty property, const QString &text);
    void unpin(core::SchemaProperty property);
    void pinAll();
    void reset();
    void takeReading(QTreeWidgetItem *item);
    core::TableSchema draft() const;
    core::ResolvedType resolved() const;
    /// With what the sample says of the property alone, where it was inferred.
    core::Provenance provenanceOf(core::SchemaProperty property, const core::ResolvedType &resolved) const;
    QString className() const;
    void refresh();
    void fillReadings();
    void fillIndexes();
    void takePreview(const SlotPreviewResult &result);
    void sample();

    core::Connection *m_connection;
    Prompts *m_prompts;
    core::Slot m_slot;
    core::SlotSampler m_sampler;
    SlotPreview *m_preview;
    /// What the user decided here: a pin, or that there is to be none.
    std::map<core::SchemaProperty, std::optional<QString>> m_decisions;
    std::vector<Line> m_lines;
    QLabel *m_title;
    QLabel *m_about;
    QTreeWidget *m_readings;
    QTableWidget *m_previewTable;
    QTreeWidget *m_misfits;
    QLabel *m_summary;
    QLabel *m_problem;
    QLabel *m_indexes;
    QPushButton *m_pinAll;
    QPushButton *m_reset;
    QPushButton *m_browse;
    QPushButton *m_ok = nullptr;
    const core::Inference *m_shownInference = nullptr;
    bool m_refreshing = false;
};

} // namespace slotscope::ui
