// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pmap/slottype.h"
#include "core/value/valuepath.h"

#include <QWidget>

#include <optional>

namespace slotscope::core {
struct FlatPlace;
}

class QAction;
class QMenu;
class QTreeView;

namespace slotscope::ui {

class ValueTreeModel;

/// A decoded value as a tree to be edited: change, add, remove, rename, reorder, change type, copy and paste.
/// Everything is in the menu of a node (and of the menu button), with its keys. Edits are asked for by
/// signal; the tree changes when the value comes again, and keeps what is expanded and selected.
class InspectorTree : public QWidget
{
    Q_OBJECT
public:
    explicit InspectorTree(QWidget *parent = nullptr);
    ~InspectorTree() override;

    QTreeView *view() const { return m_view; }
    ValueTreeModel *model() const { return m_model; }

    void setValue(const core::Value &value, const core::SlotCodec &codec, bool editable);
    /// Another record: an editor that an edit was to open does not open there.
    void forgetPlans() { m_plan.reset(); }
    bool isEditing() const;
    /// Takes what is in an open editor.
    void finishEditing();

    core::ValuePath currentPath() const;
    void setCurrentPath(const core::ValuePath &path);
    /// What can be done with the current node, or with the whole value; made anew for each showing.
    void fillMenu(QMenu *menu);

    // What the menu offers, for the current node.
    void editValue();
    void editInWindow();
    void rename();
    /// -1: in front of it, 1: behind it, 0: inside of it as the last.
    void insert(int where, core::Value::Kind kind);
    void insertLikeCurrent();
    void remove();
    /// Of FlatBuffers: an absent field gets the least that it can hold.
    void store();
    void move(int by);
    void changeType(core::Value::Kind kind);
    void copyValue();
    void copyPath();
    void copyNotation();
    /// Of CBOR: in the diagnostic notation of RFC 8949.
    void copyDiagnostic();
    void paste(bool behind);

Q_SIGNALS:
    void editRequested(const slotscope::core::Value &newRoot);
    void editRefused(const QString &reason);
    /// An editor was closed, its text taken or not.
    void editingFinished();
    void currentChanged();
    /// A menu for the current node has been filled: others may add to it what they can do with the node.
    void menuFilled(QMenu *menu);
    /// The node under the mouse; of no node an empty source.
    void hovered(const slotscope::core::Value::Source &source);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    // What to do once an edit has come back as the new value.
    struct Plan
    {
        core::ValuePath select;
        int editColumn = -1;
    };
    struct Spot // where something new goes
    {
        core::ValuePath container;
        qsizetype position = 0;
    };
    void makeActions();
    QAction *addAction(const QString &text, const QKeySequence &keys, void (InspectorTree::*run)());
    void request(const core::Expected<core::Value, QString> &root, const Plan &plan);
    void replaceCurrent(const core::Value &value);
    void insertValue(const Spot &spot, const core::Value &value, std::optional<core::Value> key, bool editIt);
    std::optional<Spot> spotFor(int where) const;
    std::optional<core::FlatPlace> flatPlaceAt(const core::ValuePath &path) const;
    std::vector<core::Value::Kind> kindsAt(const Spot &spot) const;
    core::Value freshAt(const Spot &spot, core::Value::Kind kind) const;
    const core::Value *nodeAt(const core::ValuePath &path) const;
    void updateActions();
    void addKindMenu(QMenu *menu, const QString &text, int where);
    void addTypeMenu(QMenu *menu);
    void moveUp() { move(-1); }
    void moveDown() { move(1); }
    void pasteOver() { paste(false); }
    void pasteBehind() { paste(true); }

    QTreeView *m_view;
    ValueTreeModel *m_model;
    core::SlotCodec m_codec;
    std::optional<Plan> m_plan;
    QAction *m_edit = nullptr;
    QAction *m_editInWindow = nullptr;
    QAction *m_rename = nullptr;
    QAction *m_insert = nullptr;
    QAction *m_remove = nullptr;
    QAction *m_store = nullptr;
    QAction *m_moveUp = nullptr;
    QAction *m_moveDown = nullptr;
    QAction *m_copy = nullptr;
    QAction *m_copyPath = nullptr;
    QAction *m_copyNotation = nullptr;
    QAction *m_copyDiagnostic = nullptr;
    QAction *m_paste = nullptr;
    QAction *m_pasteBehind = nullptr;
};

} // namespace slotscope::ui
