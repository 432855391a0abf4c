// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/change.h"
#include "core/table/decodedrow.h"

#include <QFutureWatcher>
#include <QWidget>

#include <optional>

class QLabel;
class QStackedWidget;
class QTabWidget;
class QTreeView;

namespace slotscope::ui {

class Banner;
class HexView;
class InspectorHeader;
class TextPane;
class ValueTreeModel;

/// A record to be looked at.
struct InspectedRecord
{
    QString table; ///< title of its table
    core::SlotCodec codec;
    core::KeyValue
        record; ///< as the server has it; of one that is not there (a staged insert), the key alone
    std::optional<core::Change> change; ///< staged for its key
    QString readOnlyReason; ///< empty: may be edited, as far as its codec allows
};

/// Follows the selected record: what it is and in which state, its value as tree, text and bytes. UI thread;
/// large values are decoded on the thread pool.
class Inspector : public QWidget
{
    Q_OBJECT
public:
    enum Tab { TreeTab, TextTab, HexTab };

    explicit Inspector(QWidget *parent = nullptr);
    ~Inspector() override;

    /// The same key again: a newer state; what is expanded, selected and scrolled to stays.
    void setRecord(const InspectedRecord &record);
    void clear();
    /// What to say when no record is selected.
    void setPlaceholder(const QString &text);
    /// While a large value is being decoded.
    bool isBusy() const;
    /// While an editor is open in the tree.
    bool isEditing() const;

    QTabWidget *tabs() const { return m_tabs; }
    QTreeView *treeView() const { return m_tree; }
    ValueTreeModel *treeModel() const { return m_model; }
    TextPane *textPane() const { return m_text; }
    HexView *keyHex() const { return m_keyHex; }
    HexView *valueHex() const { return m_valueHex; }
    InspectorHeader *header() const { return m_header; }
    Banner *stateBanner() const { return m_stateBanner; }
    Banner *errorBanner() const { return m_errorBanner; }
    Banner *readOnlyBanner() const { return m_readOnlyBanner; }

Q_SIGNALS:
    /// An editor of the tree was closed, its text taken or not.
    void editingFinished();
    /// The user gave the record another value; nothing is changed here before the record comes again.
    void valueEdited(const QByteArray &key, const slotscope::core::Value &newValue);

private:
    struct Decoded
    {
        quint64 generation = 0;
        core::DecodedRow row;
        QString text;
        QString readOnlyReason;
        QString state; // staged or in conflict, in words
    };
    static Decoded decode(const InspectedRecord &record, quint64 generation);
    QWidget *makeTreeTab();
    QWidget *makeHexTab();
    void showDecoded(const Decoded &decoded);
    void showFacts(const Decoded &decoded);
    void showErrors(const core::DecodedRow &row);
    void highlightCurrent();
    QByteArray shownValue() const;

    std::optional<InspectedRecord> m_record;
    bool m_sameKey = false; // as the record shown before
    quint64 m_generation = 0;
    QFutureWatcher<Decoded> m_decoding;

    QStackedWidget *m_stack;
    QLabel *m_placeholder;
    InspectorHeader *m_header;
    Banner *m_stateBanner;
    Banner *m_errorBanner;
    Banner *m_readOnlyBanner;
    Banner *m_editBanner;
    QTabWidget *m_tabs;
    QTreeView *m_tree;
    ValueTreeModel *m_model;
    TextPane *m_text;
    QLabel *m_keyHexLabel;
    HexView *m_keyHex;
    QLabel *m_valueHexLabel;
    HexView *m_valueHex;
};

} // namespace slotscope::ui
