"""How forms become HTML: our templates where we have one, Django's for the rest."""

from typing import Any

from django.forms.renderers import TemplatesSetting
from django.template.loader import get_template

# Django's widget template -> ours in templates/_forms/widgets. All one-line inputs look the same.
WIDGETS = {
    **dict.fromkeys(
        (
            "color",
            "date",
            "datetime",
            "email",
            "input",
            "number",
            "password",
            "search",
            "tel",
            "text",
            "time",
            "url",
        ),
        "input",
    ),
    "checkbox": "checkbox",
    "checkbox_select": "checkbox_select",
    "clearable_file_input": "clearable_file_input",
    "file": "file",
    "multiwidget": "multiwidget",
    "radio": "radio",
    "select": "select",
    "select_date": "select_date",
    "splitdatetime": "multiwidget",
    "textarea": "textarea",
}
TEMPLATES = {
    f"django/forms/widgets/{django}.html": f"_forms/widgets/{ours}.html" for django, ours in WIDGETS.items()
}


class PortalFormRenderer(TemplatesSetting):
    form_template_name = "_forms/form.html"
    formset_template_name = "_forms/formset.html"
    field_template_name = "_forms/field.html"

    def get_template(self, template_name: str) -> Any:
        return get_template(TEMPLATES.get(template_name, template_name))
