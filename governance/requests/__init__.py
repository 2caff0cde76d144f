"""Requests for access: a member asks, each holder decides by itself, and what it approves becomes a draft agreement.

Anchor: REMS (Resource Entitlement Management System), with one difference: an approval gives no right. Rights come
from agreements alone, so the approved part is offered to the applicant as one, and the request tells what became of it.
"""
