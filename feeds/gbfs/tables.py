"""The tables that a GBFS system of any version is read into, as literals one can read."""

from __future__ import annotations

from collections.abc import Mapping

from feeds.gbfs.spec import Table, optional, required, strict
from feeds.gbfs.values import Kind

SYSTEMS = Table(
    name="systems",
    file="system_information",
    paths=((),),
    key=("system_id",),
    columns=(
        required("system_id", Kind.ID),
        optional("languages", Kind.LANGUAGES, "languages", "language"),
        optional("name", Kind.LOCALIZED),
        optional("short_name", Kind.LOCALIZED),
        optional("operator", Kind.LOCALIZED),
        optional("timezone", Kind.TEXT),
        optional("opening_hours", Kind.TEXT),
        optional("url", Kind.TEXT),
        optional("purchase_url", Kind.TEXT),
        optional("start_date", Kind.TEXT),
        optional("termination_date", Kind.TEXT),
        optional("phone_number", Kind.TEXT),
        optional("email", Kind.TEXT),
        optional("feed_contact_email", Kind.TEXT),
        optional("license_id", Kind.TEXT),
        optional("license_url", Kind.TEXT),
        optional("attribution_organization_name", Kind.LOCALIZED),
        optional("attribution_url", Kind.TEXT),
    ),
)

STATIONS = Table(
    name="stations",
    file="station_information",
    paths=(("stations",),),
    key=("station_id",),
    columns=(
        required("station_id", Kind.ID),
        optional("name", Kind.LOCALIZED),
        optional("short_name", Kind.LOCALIZED),
        required("lat", Kind.LATITUDE),
        required("lon", Kind.LONGITUDE),
        optional("capacity", Kind.COUNT),
        optional("region_id", Kind.ID),
        optional("is_virtual", Kind.BOOLEAN, "is_virtual_station"),
        optional("is_valet", Kind.BOOLEAN, "is_valet_station"),
        optional("is_charging", Kind.BOOLEAN, "is_charging_station"),
        optional("parking_type", Kind.TOKEN),
        optional("address", Kind.TEXT),
        optional("cross_street", Kind.TEXT),
        optional("post_code", Kind.TEXT),
        optional("opening_hours", Kind.TEXT, "station_opening_hours"),
        optional("station_area", Kind.JSON),
        optional("rental_methods", Kind.JSON),
    ),
)

STATION_STATUS = Table(
    name="station_status",
    file="station_status",
    paths=(("stations",),),
    key=("station_id",),
    series=True,
    columns=(
        required("station_id", Kind.ID),
        required("vehicles_available", Kind.COUNT, "num_vehicles_available", "num_bikes_available"),
        optional("docks_available", Kind.COUNT, "num_docks_available"),
        optional("vehicles_disabled", Kind.COUNT, "num_vehicles_disabled", "num_bikes_disabled"),
        optional("docks_disabled", Kind.COUNT, "num_docks_disabled"),
        optional("is_installed", Kind.BOOLEAN),
        optional("is_renting", Kind.BOOLEAN),
        optional("is_returning", Kind.BOOLEAN),
        optional("last_reported", Kind.TIME),
    ),
)

VEHICLE_AVAILABILITY = Table(
    name="vehicle_availability",
    file="station_status",
    paths=(("stations",),),
    nested="vehicle_types_available",
    key=("station_id", "vehicle_type_id"),
    series=True,
    columns=(
        required("station_id", Kind.ID),
        required("vehicle_type_id", Kind.ID),
        required("vehicles_available", Kind.COUNT, "count"),
    ),
)

VEHICLES = Table(
    name="vehicles",
    file="vehicle_status",
    paths=(("vehicles",), ("bikes",)),
    key=("vehicle_id",),
    series=True,
    # A vehicle docked at a station may leave its place to the station's (GBFS 2.1 and later).
    either=(("lat", "lon"), ("station_id",)),
    columns=(
        required("vehicle_id", Kind.ID, "vehicle_id", "bike_id"),
        strict("lat", Kind.LATITUDE),
        strict("lon", Kind.LONGITUDE),
        optional("station_id", Kind.ID),
        optional("home_station_id", Kind.ID),
        optional("vehicle_type_id", Kind.ID),
        optional("pricing_plan_id", Kind.ID),
        optional("is_reserved", Kind.BOOLEAN),
        optional("is_disabled", Kind.BOOLEAN),
        optional("current_range_m", Kind.NUMBER, "current_range_meters"),
        # Named a percentage, defined as a share from 0 to 1 (GBFS 2.3 and 3.0, vehicle_status).
        optional("current_fuel_share", Kind.SHARE, "current_fuel_percent"),
        optional("last_reported", Kind.TIME),
    ),
)

VEHICLE_TYPES = Table(
    name="vehicle_types",
    file="vehicle_types",
    paths=(("vehicle_types",),),
    key=("vehicle_type_id",),
    columns=(
        required("vehicle_type_id", Kind.ID),
        optional("form_factor", Kind.TOKEN),
        optional("propulsion_type", Kind.TOKEN),
        optional("name", Kind.LOCALIZED),
        optional("make", Kind.LOCALIZED),
        optional("model", Kind.LOCALIZED),
        optional("max_range_m", Kind.NUMBER, "max_range_meters"),
        optional("rider_capacity", Kind.COUNT),
        optional("wheel_count", Kind.COUNT),
        optional("return_constraint", Kind.TOKEN),
        optional("default_pricing_plan_id", Kind.ID),
        optional("pricing_plan_ids", Kind.JSON),
    ),
)

REGIONS = Table(
    name="regions",
    file="system_regions",
    paths=(("regions",),),
    key=("region_id",),
    columns=(required("region_id", Kind.ID), optional("name", Kind.LOCALIZED)),
)

PRICING_PLANS = Table(
    name="pricing_plans",
    file="system_pricing_plans",
    paths=(("plans",),),
    key=("plan_id",),
    columns=(
        required("plan_id", Kind.ID),
        optional("name", Kind.LOCALIZED),
        optional("description", Kind.LOCALIZED),
        optional("url", Kind.TEXT),
        optional("currency", Kind.TEXT),
        optional("price", Kind.NUMBER),
        optional("is_taxable", Kind.BOOLEAN),
        optional("surge_pricing", Kind.BOOLEAN),
        optional("per_km_pricing", Kind.JSON),
        optional("per_min_pricing", Kind.JSON),
    ),
)

ALERTS = Table(
    name="alerts",
    file="system_alerts",
    paths=(("alerts",),),
    key=("alert_id",),
    columns=(
        required("alert_id", Kind.ID),
        optional("type", Kind.TOKEN),
        optional("periods", Kind.PERIODS, "times"),
        optional("station_ids", Kind.JSON),
        optional("region_ids", Kind.JSON),
        optional("url", Kind.LOCALIZED),
        optional("summary", Kind.LOCALIZED),
        optional("description", Kind.LOCALIZED),
        optional("last_updated", Kind.TIME),
    ),
)

GEOFENCING_ZONES = Table(
    name="geofencing_zones",
    file="geofencing_zones",
    paths=(("geofencing_zones", "features"),),
    # The format gives its zones no id: their position in the file is the only handle.
    key=("position",),
    columns=(
        required("position", Kind.COUNT),
        optional("name", Kind.LOCALIZED),
        optional("start_at", Kind.TIME, "start"),
        optional("end_at", Kind.TIME, "end"),
        optional("rules", Kind.JSON),
        required("geometry", Kind.JSON),
    ),
)

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        SYSTEMS,
        STATIONS,
        STATION_STATUS,
        VEHICLE_AVAILABILITY,
        VEHICLES,
        VEHICLE_TYPES,
        REGIONS,
        PRICING_PLANS,
        ALERTS,
        GEOFENCING_ZONES,
    )
}
